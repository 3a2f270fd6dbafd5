package jobs_test

import (
	"regexp"
	"strings"
	"testing"

	"ecrmirror/internal/jobs"
)

func FuzzEveryTagIsOneThatAWSTakes(f *testing.F) {
	taken := regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)
	for _, text := range []string{
		"docker.io/library/alpine:3.20@" + one.String(), "dir:/a b,c*", "é~\x00\xff",
		strings.Repeat("ü", 300),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := jobs.TagValue(text); !taken.MatchString(got) {
			t.Errorf("tag of %q is %q", text, got)
		}
	})
}
