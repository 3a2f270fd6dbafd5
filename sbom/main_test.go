package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestTheBillIsPrinted(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{"-version", "v1.2.3", self}, &out); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out.Bytes()) || !strings.Contains(out.String(), `"version": "v1.2.3"`) {
		t.Errorf("printed:\n%s", out.String())
	}
}

func TestWhatIsNoProgramIsNamed(t *testing.T) {
	for want, args := range map[string][]string{
		"0 programs are given: name one":           nil,
		"reading what main.go was built from: ":    {"main.go"},
		"flag provided but not defined: -whatever": {"-whatever"},
	} {
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
