package selection_test

import (
	"fmt"
	"time"

	"ecrmirror/internal/selection"
)

// The two newest releases of each variant, and a floating tag as it is.
func ExampleChoose() {
	rules := []selection.Rule{
		{Version: "^1.27", Variant: []string{"", "alpine"}, Newest: 2},
		{Pin: []string{"stable"}},
	}
	var tags []selection.Tag
	for _, name := range []string{
		"stable", "1.27.9", "1.27.10", "1.27.11", "1.27.11-alpine", "1.28.0-rc1", "1.27", "2.0.0",
	} {
		tags = append(tags, selection.Tag{Name: name})
	}
	choice, err := selection.Choose(rules, tags, time.Now(), 0)
	if err != nil {
		fmt.Println(err)
	}
	for _, verdict := range choice.Verdicts {
		fmt.Printf("%-15s %s\n", verdict.Tag, verdict)
	}
	// Output:
	// 1.27            rule 1: 2 parts, not 3
	// 1.27.10         chosen by rule 1
	// 1.27.11         chosen by rule 1
	// 1.27.11-alpine  chosen by rule 1
	// 1.27.9          rule 1: older than the newest 2
	// 1.28.0-rc1      rule 1: pre-release rc.1
	// 2.0.0           rule 1: not in ^1.27
	// stable          pinned by rule 2
}
