package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/scripttest"
)

func TestMain(m *testing.M) {
	testscript.Main(leaks.Checked{M: m}, map[string]func(){"mirror": main})
}

// TestScripts runs the program, as a process, against localstack: testdata/*.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, scripttest.Params(t.Context(), "testdata", "", os.Getenv(scripttest.UsesVariable)))
}
