package printable_test

import (
	"fmt"
	"os"
	"strings"

	"ecrmirror/internal/printable"
)

// A registry's message clears the screen, colors what comes, and has two lines.
func ExampleLine() {
	fmt.Println(printable.Line("denied\x1b[2J\x1b[31m\nroot@host:~# "))
	// Output: denied?[2J?[31m; root@host:~#
}

// Of a long text the beginning and the end are kept, where the cause is told.
func ExampleShort() {
	fmt.Println(printable.Short("reading manifest of registry.example.com/team/app:1: unexpected status 418", 48))
	// Output: reading manifest of registry.ex ... d status 418
}

func ExampleJSON() {
	fmt.Fprintln(printable.JSON(os.Stdout), `{"message":"`+"\u202eright to left"+`"}`)
	// Output: {"message":"\u202eright to left"}
}

// The texts of one line share its room: the longest are cut.
func ExampleFit() {
	fit := printable.Fit("registry.example.com/app:1", strings.Repeat("x", 2000))
	fmt.Println(fit[0], len(fit[0])+len(fit[1]))
	// Output: registry.example.com/app:1 1000
}
