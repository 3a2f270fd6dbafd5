package checkout

import (
	"strings"
	"testing"
)

func TestWhichTagIsAVersion(t *testing.T) {
	for tag, want := range map[string]bool{
		"v1.2.3": true, "v0.0.0": true, "v1.2.3-rc.1": true, "v10.20.30-a-b.0x": true,
		"1.2.3": false, "v1.2": false, "v1": false, "v01.2.3": false, "v1.2.3+linux": false, "v1.2.3-": false,
		"v1.2.3-a..b": false,
		"nightly":     false, "v9;touch${IFS}x;#": false, "v1.2.3\nv1.2.4": false, "release/v1.2.3": false, "": false,
	} {
		if got, err := version([]string{tag}, ""); err != nil || (got == tag && tag != "") != want {
			t.Errorf("%q: %q, %v", tag, got, err)
		}
		if _, err := version([]string{tag}, tag); tag != "" && (err == nil) != want {
			t.Errorf("%q where it is asked for: %v", tag, err)
		}
	}
}

func TestManyChangesAreCounted(t *testing.T) {
	err := dirtyError([]byte(strings.Repeat("?? x\x00", 12)))
	if message := err.Error(); strings.Count(message, "\n  ?? x") != 10 || !strings.HasSuffix(message,
		"\n  and 2 more") {
		t.Error(message)
	}
}

func TestATreeOfAnythingButFilesIsRefused(t *testing.T) {
	for list, want := range map[string]string{
		"120000 blob 4f2d\tlink\x00":       "link is neither a file nor a directory: mode 120000",
		"160000 commit 4f2d\tmodule\x00":   "module is neither a file nor a directory: mode 160000",
		"100644 blob 4f2d\t../outside\x00": `git ls-tree printed "100644 blob 4f2d\t../outside"`,
		"100644 blob 4f2d\t/outside\x00":   `git ls-tree printed "100644 blob 4f2d\t/outside"`,
		"":                                 `git ls-tree printed ""`,
	} {
		if _, err := parseTree(list); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", list, err, want)
		}
	}
	got, err := parseTree("100644 blob 4f2d\ta b\tc\x00100755 blob 77aa\tdir/run\x00")
	if err != nil || len(got) != 2 || got[0] != (file{"a b\tc", "4f2d", 0o644}) ||
		got[1] != (file{"dir/run", "77aa", 0o755}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBlobsAreReadBySize(t *testing.T) {
	content, rest, err := nextBlob([]byte("4f2d blob 3\na\nb\n77aa blob 0\n\n"), "4f2d")
	if err != nil || string(content) != "a\nb" {
		t.Fatalf("%q, %v", content, err)
	}
	if content, rest, err = nextBlob(rest, "77aa"); err != nil || len(content) != 0 || len(rest) != 0 {
		t.Errorf("%q, %q, %v", content, rest, err)
	}
	for _, batch := range []string{
		"", "4f2d missing\n", "77aa blob 1\nx\n", "4f2d blob 3\nab", "4f2d blob -1\nab",
		"4f2d tree 1\na\n",
	} {
		if content, _, err := nextBlob([]byte(batch), "4f2d"); err == nil {
			t.Errorf("%q: %q", batch, content)
		}
	}
}
