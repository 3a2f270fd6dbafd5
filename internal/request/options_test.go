package request_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ecrmirror/internal/request"
)

// artifacts asks for something else than a copy.
const artifacts = `{"kind":"artifacts"}`

func TestOptionsAreReadAndWrittenInOneForm(t *testing.T) {
	for _, c := range []struct{ text, canonical string }{
		{`{}`, `{}`},
		{" { \n } ", `{}`},
		{`{"version":1}`, `{}`},
		{`{"kind":"copy"}`, `{}`},
		{`{"kind":"artifacts"}`, artifacts},
		{`{"version": 1, "kind": "artifacts"}`, artifacts},
		{`{"\u006bind":"\u0061rtifacts"}`, artifacts},
		{`{"kind":"publish"}`, `{"kind":"publish"}`},
		{`{"kind":"delete"}`, `{"kind":"delete"}`},
		{`{"platforms":["linux/arm64", "linux/amd64"]}`, `{"platforms":["linux/amd64","linux/arm64"]}`},
		{`{"platforms":["windows/amd64:10.0.20348"],"kind":"copy"}`, `{"platforms":["windows/amd64:10.0.20348"]}`},
		{`{"artifacts":["all"]}`, `{"artifacts":["all"]}`},
		{`{"artifacts":["none"], "artifactsRequired":false}`, `{"artifacts":["none"]}`},
		{
			`{"artifacts":["signatures","application/spdx+json"],"artifactsRequired":true,"artifactsFrom":"dhi.io/app"}`,
			`{"artifacts":["application/spdx+json","signatures"],"artifactsFrom":"dhi.io/app","artifactsRequired":true}`,
		},
	} {
		o, err := request.ParseOptions(c.text)
		if err != nil || o.String() != c.canonical || o.Default() != (c.canonical == "{}") {
			t.Errorf("%s: %s, default %v, %v, want %s", c.text, o, o.Default(), err, c.canonical)
		}
	}
}

const known = "(there are artifacts, artifactsFrom, artifactsRequired, kind, platforms, verify, version)"

const platformList = `["linux/amd64","linux/arm64"]`

func TestOptionsThatAreNotKnownAreNamed(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"kin":"copy"}`, `member "kin" is not known (did you mean "kind"?)`},
		{`{"Kind":"copy"}`, `member "Kind" is not known (did you mean "kind"?)`},
		{`{"versio":1}`, `member "versio" is not known (did you mean "version"?)`},
		{`{"platform":["linux/amd64"]}`, `member "platform" is not known (did you mean "platforms"?)`},
		{`{"platforms":"linux/amd64"}`, `platforms "\"linux/amd64\"" are no list of texts such as ` + platformList},
		{`{"platforms":null}`, `platforms "null" are no list of texts such as ` + platformList},
		{`{"platforms":[1]}`, `platforms "[1]" are no list of texts such as ` + platformList},
		{`{"platforms":[]}`, "platforms: no platform is named: for all of them, leave the option out"},
		{`{"platforms":[null]}`, `platforms: platform "": it is empty: a platform is OS/ARCHITECTURE[/VARIANT][:OSVERSION]`},
		{
			`{"platforms":["linux/amd64","linux/aarch64"]}`,
			`platforms: platform "linux/aarch64": architecture "aarch64" is written "arm64"`,
		},
		{`{"":0}`, `member "" is not known ` + known},
		{`{"b":1,"a":1}`, `member "a" is not known ` + known},
		{`{"\u001b[2J":1}`, `member "\x1b[2J" is not known ` + known},
		{`{"artefacts":[]}`, `member "artefacts" is not known (did you mean "artifacts"?)`},
		{`{"artifacts":"all"}`, `artifacts "\"all\"" are no list of texts such as ["all"] or ["signatures"]`},
		{`{"artifacts":[]}`, `artifacts: no type is named: for no artifacts, write none; for all of them, all`},
		{`{"artifactsFrom":7}`, `artifactsFrom "7" is not the name of a repository in quotes`},
		{
			`{"artifactsFrom":"r.test/app:1"}`,
			`artifactsFrom: image name "r.test/app:1": is to be a repository in a registry, without a tag or a digest`,
		},
		{`{"artifactsRequired":"yes"}`, `artifactsRequired "\"yes\"" is neither true nor false`},
		{`{"artifactsRequired":null}`, `artifactsRequired "null" is neither true nor false`},
		{`{"verify":null}`, `verify: is empty; it must say who must have signed`},
		{`{"verify":[]}`, `verify: is empty; it must say who must have signed`},
		{`{"kind":"move"}`, `kind "move" is not one of copy, artifacts, publish, delete`},
		{`{"kind":"Copy"}`, `kind "Copy" is not one of copy, artifacts, publish, delete`},
		{`{"kind":""}`, `kind "" is not one of copy, artifacts, publish, delete`},
		{`{"kind":1}`, `kind "1" is not one of copy, artifacts, publish, delete in quotes`},
		{`{"kind":null}`, `kind "null" is not one of copy, artifacts, publish, delete in quotes`},
		{
			`{"version":2,"platforms":[]}`,
			"version 2 is not known, only 1: the program is older than what asked it",
		},
		{`{"version":0}`, "version 0 is not known, only 1: the program is older than what asked it"},
		{`{"version":1.0}`, `version "1.0" is not a whole number`},
		{`{"version":"1"}`, `version "\"1\"" is not a whole number`},
		{`{"kind":"copy","kind":"delete"}`, `member "kind" is there twice`},
		{`{"kind":"copy","\u006bind":"delete"}`, `member "kind" is there twice`},
		{"", "are not JSON such as {}: unexpected end of JSON input"},
		{"{", "are not JSON such as {}: unexpected end of JSON input"},
		{"{}{}", "are not JSON such as {}: invalid character '{' after top-level value"},
		{"[]", "are not a JSON object such as {}"},
		{"null", "are not a JSON object such as {}"},
		{
			"Ref::options", `the job definition has no default for its parameter "options", and the job no value: ` +
				"give the definition the parameter options={}",
		},
	} {
		if o, err := request.ParseOptions(c.text); err == nil || err.Error() != c.want || !o.Default() {
			t.Errorf("%s: %s, %v, want %s", c.text, o, err, c.want)
		}
	}
}

// FuzzParseOptions: what is read is written in one form, which is read as the same.
func FuzzParseOptions(f *testing.F) {
	for _, text := range []string{
		"", "{}", "{", "null", `{"kind":"delete"}`, `{"version":1,"kind":"copy"}`, `{"version":2}`, `{"kind":"\u00e9"}`,
		`{"kind":["copy"]}`, `{"platforms":["linux/arm","linux/amd64"]}`, `{"kind":"copy","kind":"copy"}`, "Ref::options", `{"` + strings.Repeat("k", 300) + `":{}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := request.ParseOptions(text)
		if err != nil {
			if !o.Default() {
				t.Errorf("%q: %s and %v", text, o, err)
			}
			return
		}
		again, err := request.ParseOptions(o.String())
		if err != nil || again != o || again.String() != o.String() || !json.Valid([]byte(o.String())) {
			t.Errorf("%q: %s is read back as %s, %v", text, o, again, err)
		}
	})
}

// with returns the request with these options.
func with(kind request.Kind, r request.Request) request.Request {
	r.Options.Kind = kind
	return r
}

func TestOptionsAreAParameterUnlessTheyAreThoseOfACopy(t *testing.T) {
	for _, c := range []struct {
		kind      request.Kind
		parameter string
		asked     string
	}{
		{request.Copy, "", "{}"},
		{request.Artifacts, artifacts, artifacts},
		{request.Publish, `{"kind":"publish"}`, `{"kind":"publish"}`},
		{request.Delete, `{"kind":"delete"}`, `{"kind":"delete"}`},
	} {
		parameters := with(c.kind, asking("r/a:1", one, "r/b:1")).Parameters()
		got, sent := parameters["options"]
		_, _, asked := request.Asked(parameters)
		if got != c.parameter || sent != (c.parameter != "") || asked != c.asked {
			t.Errorf("%s: %v, which ask for %s", c.kind, parameters, asked)
		}
	}
	for _, text := range []string{"", "{}"} { // the definition's default is among a job's parameters
		if _, _, asked := request.Asked(map[string]string{"options": text}); asked != "{}" {
			t.Errorf("%q asks for %s", text, asked)
		}
	}
}

func TestNamesAndStemsCoverOptions(t *testing.T) {
	r := asking("docker.io/library/alpine:3", one, "r/a:1", "r/b:1")
	// What it was before there were options: jobs in flight are known by it across an upgrade.
	const name = "docker-io-library-alpine-3-9e42819a0aa0fab4-111111111111-91a0143e"
	if r.Name() != name {
		t.Errorf("the name is %s, want %s", r.Name(), name)
	}
	seen := map[string]request.Kind{}
	for _, kind := range []request.Kind{request.Copy, request.Artifacts, request.Publish, request.Delete} {
		other := with(kind, r)
		if earlier, is := seen[other.Stem()]; is {
			t.Errorf("%s and %s have the stem %s", earlier, kind, other.Stem())
		}
		seen[other.Stem()] = kind
		stem, ours := request.StemOf(other.Name())
		if !ours || stem != other.Stem() || !batchName.MatchString(other.Name()) {
			t.Errorf("%s: the stem of %s is %s, %v", kind, other.Name(), stem, ours)
		}
	}
}

// TestPiecesKeepTheirOptions, whose characters count, as JSON in JSON: `{\"kind\":\"delete\"}`.
func TestPiecesKeepTheirOptions(t *testing.T) {
	const options = 21
	r := with(request.Delete, asking("s:1", one, "aa", "bb"))
	for longest, want := range map[int]string{options + 7: "aa bb", options + 8: "aa,bb"} {
		pieces, err := r.Split(longest)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, piece := range pieces {
			got = append(got, piece.Parameters()["dest"])
			if piece.Options != r.Options {
				t.Errorf("at most %d: a piece has options %s", longest, piece.Options)
			}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("at most %d: %s, want %s", longest, text, want)
		}
	}
	const want = "source and destination are too long for a job: 26 characters with the 21 of its options, at most 25"
	if _, err := r.Split(options + 4); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
