package artifactclients_test

import (
	"strings"
	"testing"

	"ecrmirror/testkit/artifactclients"
)

func TestKeysAreTheSameEachTime(t *testing.T) {
	var keys [3]string
	for i, name := range []string{"one", "one", "another"} {
		key, err := artifactclients.Key(name)
		if err != nil {
			t.Fatal(err)
		}
		scalar, err := key.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = string(scalar)
	}
	if keys[0] != keys[1] || keys[0] == keys[2] {
		t.Error("a key is not its name's")
	}
}

func TestFailuresOfClientsAreTold(t *testing.T) {
	clients := artifactclients.New(t)
	const noReference = "127.0.0.1/UPPER:1"
	for program, args := range map[string][]string{
		artifactclients.Cosign:   {"verify", "--key", "signer.pub", "--insecure-ignore-tlog", noReference},
		artifactclients.Oras:     {"discover", "--plain-http", noReference},
		artifactclients.Regctl:   {"artifact", "tree", noReference},
		artifactclients.Notation: {"verify", "--insecure-registry", noReference},
	} {
		_, err := clients.Run(t.Context(), program, args...)
		if err == nil {
			t.Errorf("%s takes %s", program, noReference)
			continue
		}
		if _, told, _ := strings.Cut(err.Error(), "\n"); !strings.Contains(told, "reference") {
			t.Errorf("%s: %v", program, err)
		}
	}
}
