package main

import (
	"maps"
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
	params := scripttest.Params(t.Context(), "testdata", "", os.Getenv(scripttest.UsesVariable))
	maps.Copy(params.Cmds, ledgerCommands)
	testscript.Run(t, params)
}
