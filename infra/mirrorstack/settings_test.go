package mirrorstack_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"ecrmirror/infra/settings"
)

const (
	settingsBegin = "<!-- settings: written by go test ./infra/mirrorstack -update -->\n"
	settingsEnd   = "<!-- end of settings -->\n"
)

// TestSettingsDocument holds the table of settings in docs/settings.md to the code.
func TestSettingsDocument(t *testing.T) {
	if _, err := os.Stat("../../docs/settings.md"); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| setting | default | what it is |\n|---|---|---|\n")
	for _, s := range settings.All() {
		value := s.Default()
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Name, value, s.What)
	}
	checkSection(t, "../../docs/settings.md", settingsBegin, settingsEnd, b.String())
}
