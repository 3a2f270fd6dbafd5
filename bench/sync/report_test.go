package main

import (
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

// measured is a bench whose runs took so many milliseconds, by program and setting, in the unchanged situation.
func measured(walls map[[2]string]int) *bench {
	b := &bench{flags: flags{rtt: 15 * time.Millisecond}}
	for who, wall := range walls {
		b.result.Samples = append(b.result.Samples, result.Sample{
			Case: unchanged, Program: who[0], Setting: who[1], Wall: time.Duration(wall) * time.Millisecond,
			SourceCalls: map[string]int64{"HEAD manifest": 40, "GET tags": 3, "GET blob": 1},
		})
	}
	b.start.Samples = []result.Sample{{Wall: 20 * time.Millisecond}}
	return b
}

func TestPromises(t *testing.T) {
	b := measured(map[[2]string]int{
		{programs.Ours, programs.ByDefault}: 60, {programs.Ours, byTag}: 40, {regsync, programs.ByDefault}: 900,
		{regsync, "4 wide"}: 360, {regsync, byTag + ", 64 wide"}: 90, {skopeo, "4 processes"}: 3000,
	})
	want := []string{kept, open, kept, open, missed}
	for i, p := range b.promises() {
		if p.state != want[i] {
			t.Errorf("%+v, want %s", p, want[i])
		}
	}
	if got := b.promises()[2].figure; got != "6.00 (60 ms against 360 ms of regsync, 4 wide)" {
		t.Error(got)
	}
	for _, part := range []string{"is 50 ms: 20 ms to start", "7.20 times", "1.80 times", "It took 10 ms more."} {
		if got := b.bound(); !strings.Contains(got, part) {
			t.Errorf("%s has no %q", got, part)
		}
	}
	b.result.Samples = append(b.result.Samples, result.Sample{Case: first, Program: programs.Ours, Error: "no"})
	if got := b.promises()[0]; got.state != missed || got.figure != "1 failed" {
		t.Errorf("%+v", got)
	}
}

func TestTables(t *testing.T) {
	b := measured(map[[2]string]int{{regsync, byTag}: 90})
	b.result.Samples = append(b.result.Samples,
		result.Sample{
			Case: unchanged, Program: programs.Ours, Setting: programs.ByDefault, Wall: 60 * time.Millisecond,
		},
		result.Sample{Case: unchanged, Program: skopeo, Setting: programs.ByDefault, Error: "why\nand where"})
	got := b.tableOf(unchanged).String()
	for _, part := range []string{
		"| regsync, by tag | 90 ms       | 1.50 ", "| 44: GET 4, HEAD 40 | 0 ", "failed: why |", "|--",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in\n%s", part, got)
		}
	}
	for line := range strings.Lines(got) {
		if strings.Count(line, "|") != 10 {
			t.Error(line)
		}
	}
}

func TestSummary(t *testing.T) {
	b := measured(map[[2]string]int{{programs.Ours, programs.ByDefault}: 60})
	b.lines = map[string]int{programs.Ours: 8}
	b.result.Cases = []result.Case{{ID: first}, {ID: unchanged}}
	want := table{{"", "lines of configuration", first, unchanged}, {programs.Ours, "8", "failed", "60 ms"}}
	if diff := cmp.Diff(want, b.summary()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFigures(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{took(44600 * time.Microsecond), "45 ms"},
		{took(999600 * time.Microsecond), "1.00 s"},
		{took(12340 * time.Millisecond), "12.3 s"},
		{size(0), "0"},
		{size(1536), "1.5 KiB"},
		{size(3 << 19), "1.5 MiB"},
		{byMethod(nil), "0"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func TestFlags(t *testing.T) {
	if _, err := parseFlags([]string{"-h"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	for _, wrong := range []string{"-rounds=0", "-slow-rounds=-1", "-rtt=-1s", "-rate=0", "-layer=0", "more"} {
		if _, err := parseFlags([]string{wrong}, io.Discard); err == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
	if f, err := parseFlags([]string{"-rtt", "60ms", "-slow-rounds", "0"}, io.Discard); err != nil || f.rtt != 60e6 {
		t.Errorf("%+v, %v", f, err)
	}
}
