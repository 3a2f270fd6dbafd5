package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestParseAlone(t *testing.T) {
	for text, want := range map[string]string{
		`[{"github":["org/app"]}]`:       "",
		`[{"key":["` + kmsAlias + `"]}]`: "",
		``:                               "is empty; it must say who must have signed",
		`[]`:                             "is empty; it must say who must have signed",
		`null`:                           "is empty; it must say who must have signed",
		`[{"key":["cosign.pub"]}]`:       `key "cosign.pub" is a name: a job has no files`,
		`[{"githb":["org/app"]}]`:        "githb",
		`[{"github":["no repository"]}]`: "no repository",
	} {
		p, err := ParseAlone(text)
		if want == "" {
			if problems := p.Problems(); err != nil || len(problems) > 0 {
				t.Errorf("%s: %v, %v", text, err, problems)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

const kmsAlias = "arn:aws:kms:us-east-1:111122223333:alias/app"

// The keys of KMS that a policy names are found in all its requirements, however they are written.
func TestKMSKeys(t *testing.T) {
	const other = "arn:aws:kms:eu-west-1:111122223333:alias/app"
	got := Policy{
		{Key: []string{kmsAlias, "awskms:///" + kmsAlias, "cosign.pub"}},
		{GitHub: []string{"org/app"}},
		{Key: []string{other, "awskms:///alias/app"}},
	}.KMSKeys()
	if want := []string{other, kmsAlias}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
