package signature_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/internal/signature"
)

const (
	acceptAll = `{"default":[{"type":"insecureAcceptAnything"}]}`
	rejectAll = ` {"default":[{"type":"reject"}]}`
)

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(path, content string) string {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	accept, reject, wrong := write("accept.json", acceptAll), write("reject.json", rejectAll), write("wrong.json",
		`{"fallback":[]}`)
	home := filepath.Dir(filepath.Dir(filepath.Dir(write("home/.config/containers/policy.json", rejectAll))))
	config := filepath.Dir(filepath.Dir(write("config/containers/policy.json", rejectAll)))
	broken := filepath.Dir(filepath.Dir(filepath.Dir(write("broken/.config/containers/policy.json", "{"))))
	for _, c := range []struct {
		what, setting string
		env           map[string]string
		want          string // accepted, rejected, or part of the error
	}{
		{"document", rejectAll, nil, "rejected"},
		{"file", reject, nil, "rejected"},
		{"the setting wins", accept, map[string]string{"HOME": home, "CONTAINERS_POLICY_JSON": reject}, "accepted"},
		{"of the environment", "", map[string]string{"HOME": dir, "CONTAINERS_POLICY_JSON": reject}, "rejected"},
		{"of the user", "", map[string]string{"HOME": home}, "rejected"},
		{"of the user's configuration", "", map[string]string{"HOME": dir, "XDG_CONFIG_HOME": config}, "rejected"},
		{"no such file", filepath.Join(dir, "none.json"), nil, "none.json: no such file"},
		{
			"no such file of the environment", "",
			map[string]string{"CONTAINERS_POLICY_JSON": filepath.Join(dir, "none.json")},
			"none.json: no such file",
		},
		{"wrong file", wrong, nil, "signature policy " + wrong + ": "},
		{"wrong document", `{"default":[]}`, nil, "signature policy: "},
		{"no document", "{", nil, "signature policy: "},
		{"wrong file of the user", "", map[string]string{"HOME": broken}, "signature policy " + broken},
		{"a directory", dir, nil, "is a directory"},
	} {
		policy, err := signature.Load(c.setting, func(name string) string { return c.env[name] })
		got := "accepted"
		if err == nil {
			if policy == nil {
				t.Errorf("%s: no policy", c.what)
			}
			w := newWorld(t)
			if w.judge(policy, w.name("app:1"), nil) != nil {
				got = "rejected"
			}
		} else {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
