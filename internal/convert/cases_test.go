package convert_test

import (
	"fmt"
	"strings"
	"testing"

	"ecrmirror/internal/convert"
	"ecrmirror/internal/entryform"
)

// summary returns a result on one line: entries without the parts of their names that all cases share, and remarks
// without their advice.
func summary(result convert.Result) string {
	var all []string
	for _, e := range result.Entries {
		text := e.Source
		if len(e.Destinations) > 0 {
			text += " -> " + strings.Join(e.Destinations, " ")
		}
		for _, line := range entryform.Lines(e.Entry) {
			text += " " + line
		}
		all = append(all, text)
	}
	for _, r := range result.Remarks {
		all = append(all, fmt.Sprintf("%d %s %s", r.Line, r.Field, r.Kind))
	}
	return strings.Join(all, "; ")
}

// cases converts files, and compares their summaries; or errors, which begin with "error: ".
func cases(t *testing.T, o convert.Options, files [][2]string) {
	t.Helper()
	for _, c := range files {
		result, err := convert.Read([]byte(c[0]), o)
		got := summary(result)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c[1] && (err == nil || !strings.HasPrefix(got, c[1])) {
			t.Errorf("%s\nis   %s\nwant %s", c[0], got, c[1])
		}
	}
}

func TestRegsync(t *testing.T) {
	repository := func(rest string) string {
		return "sync: [{type: repository, source: a.io/x, target: b.io/x" + rest + "}]"
	}
	image := func(source, target string) string {
		return fmt.Sprintf("sync: [{type: image, source: %q, target: %q}]", source, target)
	}
	const to, every = "a.io/x -> b.io/x ", "tags {include: \"*\", newest: all}"
	cases(t, convert.Options{Format: "regsync"}, [][2]string{
		{image("alpine", "b.io/alpine"), "docker.io/library/alpine:latest -> b.io/alpine:latest"},
		{image("a.io/x:1", "b.io/x:1"), "a.io/x:1 -> b.io/x:1"},
		{image(`{{env "A"}}/x:1`, "b.io/x:1"), "1 sync[0].source left out"},
		{image("ocidir://x:1", "b.io/x:1"), "1 sync[0].source left out"},
		{image("me:word@a.io/x:1", "b.io/x:1"), "1 sync[0].source left out"},
		{image("a.io/X:1", "b.io/x:1"), "1 sync[0] left out"},
		{image("a.io/x:1", ""), "1 sync[0].target left out"},
		{image("a.io/x:1", "a.io/x:1"), "1 sync[0] left out"}, // the source itself
		{"sync: [{source: a.io/x, target: b.io/x}]", "1 sync[0] left out"},
		{
			"sync: [{type: image, source: a.io/x, target: b.io/x, tags: {}, targetTag: x}]",
			"a.io/x:latest -> b.io/x:latest; 1 sync[0].tags elsewhere; 1 sync[0].targetTag elsewhere",
		},
		{image("a.io/x:1", "b.io/x:1")[:7] + "{<<: &a [*a]}]", "1 sync[0].<< left out; 1 sync[0].source left out"},
		{repository(""), to + every},
		{repository(", tags: {allow: [a, 'v\\d+']}"), to + `tags {include: [a, "/v\\d+/"], newest: all}`},
		{repository(", tags: {deny: [a]}"), to + `tags {include: "*", exclude: a, newest: all}`},
		{repository(", tags: {allow: a}"), "1 sync[0].tags.allow left out"},
		{repository(", tags: {allow: ['(']}"), "1 sync[0].tags.allow[0] left out"},
		{repository(", tags: {alow: [a]}"), to + every + "; 1 sync[0].tags.alow left out"},
		{repository(", tags: {semverRange: ['>=1.0.0-rc1']}"), "1 sync[0].tags.semverRange[0] left out"},
		{
			repository(", tagSets: [{allow: [a]}, {allow: [b]}]"),
			to + "tags {include: a, newest: all} tags {include: b, newest: all}",
		},
		{repository(", targetTag: '{{.Source.Tag}}-x'"), "1 sync[0].targetTag left out"},
		{repository(", platform: linux/amd64"), to + every + "; 1 sync[0].platform left out"},
		{repository(", referrers: false, digestTags: true"), to + every + "; 1 sync[0].digestTags elsewhere"},
		{
			repository(", interval: 1h, hooks: {pre: {type: x}}"),
			to + every + "; 1 sync[0].interval elsewhere; 1 sync[0].hooks left out",
		},
		{
			"sync: [{type: registry, source: a.io, target: b.io/p, repos: {allow: ['x/.*']}}]",
			"a.io/** -> b.io/p/ " + every + " repos {include: /x/.*/}",
		},
		{"sync: [{type: registry, source: docker.io, target: b.io}]", "1 sync[0] left out"},
		{"version: 2\nsync: []", "1 version left out"},
		{"other: 1\nsync: []", "1 other left out"},
		{"sync: {a: b}", "1 sync left out"},
		{"sync: [a]", "1 sync[0] left out"},
		{"sync: []\nsync: []", "1 sync left out"},
		{"sync: []\n---\nsync: []", "2 --- left out"},
		{"sync: [", "error: line 1: did not find expected node content"},
		{"[a]", "1 file left out"},
		{"creds: [{registry: 'x:y@a.io', pass: z}]\nsync: []", "1 creds[0].pass elsewhere"},
	})
}

func TestStepsOfOneSource(t *testing.T) {
	step := func(kind, source, target, rest string) string {
		return fmt.Sprintf("- {type: %s, source: %s, target: %s%s}\n", kind, source, target, rest)
	}
	cases(t, convert.Options{Format: "regsync"}, [][2]string{
		{
			"sync:\n" + step("image", "a.io/x:1", "b.io/x:1", "") + step("image", "a.io/x:1", "c.io/x:1", ""),
			"a.io/x:1 -> b.io/x:1 c.io/x:1",
		},
		{
			"sync:\n" + step("image", "alpine:3", "b.io/x:1", "") +
				step("image", "docker.io/library/alpine:3", "b.io/x:1", ""),
			"docker.io/library/alpine:3 -> b.io/x:1",
		},
		{
			"sync:\n" + step("repository", "a.io/x", "b.io/x", "") + step("repository", "a.io/x", "c.io/x", ""),
			`a.io/x -> b.io/x c.io/x tags {include: "*", newest: all}`,
		},
		{
			"sync:\n" + step("repository", "a.io/x", "b.io/x", ", tags: {allow: [a]}") +
				step("repository", "a.io/x", "b.io/x", ", tags: {allow: [b]}"),
			"a.io/x -> b.io/x tags {include: a, newest: all} tags {include: b, newest: all}",
		},
		{
			"sync:\n" + step("repository", "a.io/x", "b.io/x", ", tags: {allow: [a]}") +
				step("repository", "a.io/x", "c.io/x", ", tags: {allow: [b]}"),
			"a.io/x tags {include: a, newest: all, to: b.io/x} tags {include: b, newest: all, to: c.io/x}",
		},
		{
			"sync:\n" + step("registry", "a.io", "b.io", ", repos: {allow: [a]}") +
				step("registry", "a.io", "c.io", ", repos: {allow: [b]}"),
			`a.io/** -> b.io/ tags {include: "*", newest: all} repos {include: a}; 3 sync[1] left out`,
		},
		{
			"sync:\n" + step("image", "a.io/x:1", "b.io/x:1", "") + step("image", "a.io/y:1", "b.io/x:1", ""),
			"a.io/x:1 -> b.io/x:1; a.io/y:1 -> b.io/x:1; 3 sync[1] differs",
		}, // the last one wins with regsync
	})
}

// numbers returns tags from v1 on.
func numbers(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("v%d", i+1)
	}
	return strings.Join(all, ", ")
}

func TestSkopeo(t *testing.T) {
	const digest = "sha256:00000000000000000000000000000000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	cases(t, convert.Options{Format: "skopeo", To: "b.io/p"}, [][2]string{
		{"a.io: {images: {x/y: [v1, v2]}}", "a.io/x/y -> b.io/p/y tags {pin: [v1, v2]}"},
		{
			"docker.io: {images: {nginx: []}}",
			`docker.io/library/nginx -> b.io/p/nginx tags {include: "*", newest: all}`,
		},
		{"a.io: {images: {x: ['" + digest + "']}}", "a.io/x@" + digest + " -> b.io/p/x@" + digest},
		{"a.io: {images: {x: [v1, 'a b']}}", "a.io/x -> b.io/p/x tags {pin: v1}; 1 a.io.images.x[1] left out"},
		{
			"a.io: {images: {x: [" + numbers(150) + "]}}",
			"a.io/x -> b.io/p/x tags {pin: [" + numbers(100) + "]} tags {pin: [" + strings.TrimPrefix(numbers(150),
				numbers(100)+", ") + "]}",
		},
		{"a.io: {images: {x: v1}}", "1 a.io.images.x left out"},
		{"a.io: {images: {'x:1': []}}", "1 a.io.images.x:1 left out"},
		{"a.io: {images-by-tag-regex: {x: '^v1$'}}", "a.io/x -> b.io/p/x tags {include: v1, newest: all}"},
		{
			"a.io: {images-by-tag-regex: {x: 'v1|v2'}}",
			`a.io/x -> b.io/p/x tags {include: "/.*(?:v1|v2).*/", newest: all}`,
		},
		{"a.io: {images-by-tag-regex: {x: '('}}", "1 a.io.images-by-tag-regex.x left out"},
		{"a.io: {images-by-semver: {x: [a]}}", "1 a.io.images-by-semver.x left out"},
		{"a.io: {images-by-semver: {x: a}}", "1 a.io.images-by-semver.x left out"},
		{"a.io: {tls-verify: true, image: {}}", "1 a.io.image left out"},
		{
			"a.io: {tls-verify: false, credentials: {username: a}}",
			"1 a.io.tls-verify elsewhere; 1 a.io.credentials elsewhere",
		},
		{"'u:p@a.io': {images: {x: []}}", "1 ....images.x left out"},
	})
	cases(t, convert.Options{Format: "skopeo", To: "b.io/p/", Scoped: true}, [][2]string{
		{"a.io: {images: {x/y: [v1]}}", "a.io/x/y -> b.io/p/a.io/x/y tags {pin: v1}"},
	})
	cases(t, convert.Options{Format: "skopeo", To: "b.io/{repository}"}, [][2]string{
		{"a.io: {images: {x/y: [v1]}}", "a.io/x/y -> b.io/x/y tags {pin: v1}"},
	})
	cases(t, convert.Options{Format: "skopeo"}, [][2]string{
		{
			"a.io: {images: {x: [v1]}}",
			"error: no destination: the file does not say where images go; say it by --to DEST",
		},
	})
}

func TestDregsy(t *testing.T) {
	task := func(mapping string) string {
		return "tasks: [{name: n, source: {registry: a.io}, target: {registry: b.io}, mappings: [{" + mapping + "}]}]"
	}
	const x, mapping = "a.io/x -> b.io/x ", "tasks[0].mappings[0]"
	cases(t, convert.Options{Format: "dregsy"}, [][2]string{
		{task("from: x"), x + `tags {include: "*", newest: all}`},
		{task("from: /x, to: y/z, tags: [v1]"), "a.io/x -> b.io/y/z tags {pin: v1}"},
		{task("from: t/xy, to: 'regex:t/(.),u/$1', tags: [v1]"), "a.io/t/xy -> b.io/u/xy tags {pin: v1}"},
		{task("from: 'regex:t/.*', tags: [v1]"), "a.io/t/** -> b.io/ tags {pin: v1} repos {include: /t/.*/}"},
		{
			task("from: 'regex:(a|b)', to: p, tags: [v1]"),
			`a.io/** -> b.io/p/ tags {pin: v1} repos {include: "/(a|b)/"}`,
		},
		{
			task("from: 'regex:t/a|b', tags: [v1]"),
			`a.io/** -> b.io/ tags {pin: v1} repos {include: "/.*(?:^t/a|b$).*/"}`,
		},
		{task("from: x, tags: ['regex: a.*']"), x + "tags {include: /a.*/, newest: all}"},
		{task("from: x, tags: ['regex: !a.*']"), x + `tags {include: "*", exclude: /a.*/, newest: all}`},
		{task("from: x, tags: ['keep: v.*', v1, w1]"), x + "tags {pin: v1}"},
		{task("from: x, tags: ['keep: v.*']"), x + "tags {include: /v.*/, newest: all}"},
		{task("from: x, tags: ['keep: v.*', 'regex: .*1']"), "1 " + mapping + " left out"},
		{task("from: x, tags: ['keep: v.*', w1]"), "1 " + mapping + " left out"},
		{task("from: x, tags: ['semver: ^1.0.0']"), "1 " + mapping + " left out"},
		{task("from: x, tags: ['a b']"), "1 " + mapping + " left out"},
		{task("from: x, tags: [v1], platform: all"), x + "tags {pin: v1}"},
		{task("from: x, tags: [v1], platform: linux/arm64"), x + "tags {pin: v1}; 1 " + mapping + ".platform left out"},
		{task("to: x"), "1 " + mapping + " left out"},
		{"tasks: [{source: {registry: a.io}, mappings: [{from: x}]}]", "1 tasks[0].mappings[0] left out"},
		{
			"tasks: [{source: {registry: 'p@a.io'}, target: {registry: b.io}, mappings: [{from: x}]}]",
			"1 tasks[0].source.registry left out; 1 tasks[0].mappings[0] left out",
		},
	})
}

func TestList(t *testing.T) {
	const digest = "@sha256:00000000000000000000000000000000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	cases(t, convert.Options{Format: "list", To: "b.io"}, [][2]string{
		{"\ufeffalpine:3\r\n", "docker.io/library/alpine:3 -> b.io/library/alpine:3"},
		{"a.io/x" + digest, "a.io/x" + digest + " -> b.io/x" + digest},
		{"a.io/x" + digest + " c.io/y", "a.io/x" + digest + " -> c.io/y" + digest},
		{"a.io/x:1 c.io/y:2 d.io/z", "a.io/x:1 -> c.io/y:2 d.io/z:1"},
		{"a.io/x c.io/y v1", "a.io/x:v1 -> c.io/y:v1"},
		{"a.io/x:1=c.io/y#2", "1 destination left out"},
		{"# all\n\n  \t\n", ""},
		{"a.io/x:1 =", "1 image left out"},
		{"docker pull a.io/x:1", "1 image left out"},
		{"a.io/x:1, a.io/x:2", "1 image left out"},
		{"oci:here:1", "1 image left out"},
		{"a.io/x:1 dir:there", "1 destination left out"},
	})
}

func TestFormatByContents(t *testing.T) {
	for text, want := range map[string]string{
		"sync: []": "regsync", "creds: []": "regsync", "tasks: []": "dregsy", "relay: skopeo": "dregsy",
		"a.io: {images: {}}": "skopeo", "a.io: {images-by-semver: {}}": "skopeo", "alpine": "list", "": "list",
		"alpine:3\nnginx:1 # x": "list", "a.io/x:1=b.io/y:2": "list",
	} {
		result, err := convert.Read([]byte(text), convert.Options{To: "b.io"})
		if err != nil || result.Format != want {
			t.Errorf("%q: %s, %v", text, result.Format, err)
		}
	}
	for text, want := range map[string]string{
		"entries: []":    "is a file of entries already",
		"a: b":           "can't tell the format by the contents",
		"- a":            "can't tell the format by the contents",
		"sync:\n\t- a\n": "line 2: found character that cannot start any token",
	} {
		if _, err := convert.Read([]byte(text), convert.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTargets(t *testing.T) {
	for _, to := range []string{"https://b.io", "b.io/X", "b.io/x:1", "u:p@b.io", "oci:x", "b.io/{nme}", "dir:x"} {
		if _, err := convert.Read([]byte("alpine"), convert.Options{To: to}); err == nil {
			t.Errorf("%q is a target", to)
		}
	}
	if _, err := convert.Read(nil, convert.Options{Format: "harbor"}); err == nil {
		t.Error(err)
	}
}
