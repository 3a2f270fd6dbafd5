package policy

import (
	"strings"
	"testing"
)

func TestParseAlone(t *testing.T) {
	for text, want := range map[string]string{
		`[{"github":["org/app"]}]`:       "",
		``:                               "is empty; it must say who must have signed",
		`[]`:                             "is empty; it must say who must have signed",
		`null`:                           "is empty; it must say who must have signed",
		`[{"key":["cosign.pub"]}]`:       `key "cosign.pub" is a name: a job has no files`,
		`[{"githb":["org/app"]}]`:        "githb",
		`[{"github":["no repository"]}]`: "no repository",
	} {
		p, err := ParseAlone(text)
		if want == "" {
			if _, compiles := p.Compile(t.Context(), nil); err != nil || compiles != nil {
				t.Errorf("%s: %v, %v", text, err, compiles)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
