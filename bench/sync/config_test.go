package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func testSelection() selection { return selection{from: "from:1", to: "to:2"} }

// wanted are the images that every file must choose, with the places that they go to.
func wanted() map[string]string {
	copies := map[string]string{}
	for _, name := range repositories() {
		for _, tag := range chosen() {
			copies["from:1/library/"+name+":"+tag] = "to:2/mirrored/" + name + ":" + tag
		}
	}
	return copies
}

func parse(t *testing.T, f file, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(f.text), into); err != nil {
		t.Fatalf("%v\n%s", err, f.text)
	}
}

// inRange adds the tags of a repository that a range has.
func inRange(t *testing.T, copies map[string]string, source, destination, constraint string) {
	t.Helper()
	constraints, err := semver.NewConstraint(constraint)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range slices.Concat(chosen(), others()) {
		if v, err := semver.NewVersion(tag); err == nil && constraints.Check(v) {
			copies[source+":"+tag] = destination + ":" + tag
		}
	}
}

func TestFilesOfMirror(t *testing.T) {
	type entry struct {
		Source, Destinations string
		Tags                 []struct{ Version, Newest string }
	}
	var rules struct {
		Defaults entry
		Entries  []entry
	}
	parse(t, mirrorRules(testSelection()), &rules)
	if d := rules.Defaults; len(d.Tags) != 1 || d.Tags[0].Newest != "all" {
		t.Fatalf("%+v", d)
	}
	copies := map[string]string{}
	for _, e := range rules.Entries {
		name := e.Source[strings.LastIndexByte(e.Source, '/')+1:]
		inRange(t, copies, e.Source, strings.ReplaceAll(rules.Defaults.Destinations, "{name}", name),
			rules.Defaults.Tags[0].Version)
	}
	if diff := cmp.Diff(wanted(), copies); diff != "" {
		t.Errorf("by rules (-want +got)\n%s", diff)
	}
	var tags struct{ Entries []entry }
	parse(t, mirrorTags(testSelection()), &tags)
	clear(copies)
	for _, e := range tags.Entries {
		copies[e.Source] = e.Destinations
	}
	if diff := cmp.Diff(wanted(), copies); diff != "" {
		t.Errorf("by tag (-want +got)\n%s", diff)
	}
}

// regsyncFile is what is looked at of a file of regsync.
type regsyncFile struct {
	Version  int
	Defaults struct{ Parallel int }
	Creds    []struct {
		Registry, TLS string
		ReqConcurrent int `yaml:"reqConcurrent"`
	}
	Sync []struct {
		Source, Target, Type string
		Tags                 struct {
			SemverRange []string `yaml:"semverRange"`
		}
	}
}

func TestFilesOfRegsync(t *testing.T) {
	for name, write := range map[string]func(selection, tuning) file{"rules": regsyncRules, "tags": regsyncTags} {
		for _, tuned := range []tuning{{}, {parallel: 4, requests: 32}} {
			var f regsyncFile
			parse(t, write(testSelection(), tuned), &f)
			if f.Version != 1 || f.Defaults.Parallel != tuned.parallel || len(f.Creds) != 2 {
				t.Errorf("%s, %+v: %+v", name, tuned, f)
			}
			for i, host := range []string{"from:1", "to:2"} {
				if c := f.Creds[i]; c.Registry != host || c.TLS != "disabled" || c.ReqConcurrent != tuned.requests {
					t.Errorf("%s, %+v: %+v", name, tuned, c)
				}
			}
			copies := map[string]string{}
			for _, s := range f.Sync {
				switch {
				case s.Type == "repository" && len(s.Tags.SemverRange) == 1:
					inRange(t, copies, s.Source, s.Target, s.Tags.SemverRange[0])
				case s.Type == "image":
					copies[s.Source] = s.Target
				}
			}
			if diff := cmp.Diff(wanted(), copies); diff != "" {
				t.Errorf("%s, %+v (-want +got)\n%s", name, tuned, diff)
			}
		}
	}
}

// Each file of skopeo goes to one place, where repositories keep the last elements of their names.
func TestFilesOfSkopeo(t *testing.T) {
	all := []file{skopeoRules(testSelection(), "skopeo.yaml", repositories()...)}
	for name, files := range map[string][]file{
		"all": all, "by rules": each(skopeoRules)(testSelection()), "by tag": each(skopeoTags)(testSelection()),
	} {
		copies := map[string]string{}
		for _, f := range files {
			var registries map[string]struct {
				TLSVerify      *bool             `yaml:"tls-verify"`
				ImagesBySemver map[string]string `yaml:"images-by-semver"`
				Images         map[string][]string
			}
			parse(t, f, &registries)
			r := registries["from:1"]
			if len(registries) != 1 || r.TLSVerify == nil || *r.TLSVerify {
				t.Errorf("%s: %+v", name, registries)
			}
			destination := func(of string) string { return "to:2/mirrored" + of[strings.LastIndexByte(of, '/'):] }
			for of, constraint := range r.ImagesBySemver {
				inRange(t, copies, "from:1/"+of, destination(of), constraint)
			}
			for of, tags := range r.Images {
				for _, tag := range tags {
					copies["from:1/"+of+":"+tag] = destination(of) + ":" + tag
				}
			}
		}
		if diff := cmp.Diff(wanted(), copies); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestLinesOfConfiguration(t *testing.T) {
	got := lines([]file{{text: "# why\n\nentries:\n  - source: a\n\t\n", noTLS: 1}, {text: "a: b # c"}})
	if got != 2 {
		t.Errorf("%d lines", got)
	}
}

func TestCommands(t *testing.T) {
	settings := map[string]bool{}
	for _, c := range contestants() {
		name := key(c.program, c.setting)
		if settings[name] {
			t.Errorf("%s comes twice", name)
		}
		settings[name] = true
		files := c.files(testSelection())
		asked := call{path: "P", to: "to:2"}
		for _, f := range files {
			asked.files = append(asked.files, f.name)
		}
		var given []string
		for _, command := range c.commands(asked) {
			if command[0] != "P" || command[1] != "sync" && command[1] != "once" {
				t.Errorf("%s: %v", name, command)
			}
			for _, argument := range command {
				if slices.Contains(asked.files, argument) {
					given = append(given, argument)
				}
			}
		}
		if !slices.Equal(given, asked.files) {
			t.Errorf("%s is given %v of %v", name, given, asked.files)
		}
	}
}
