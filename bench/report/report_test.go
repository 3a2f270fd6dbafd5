package report

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrmirror/bench/result"
)

func sample(id, program string, seconds float64, edit func(*result.Sample)) result.Sample {
	s := result.Sample{
		Case: id, Program: program, Setting: "default", Wall: time.Duration(seconds * float64(time.Second)),
		CPU:       time.Second,
		ImageSize: 1 << 30, SourceSize: 1 << 30, PeakRSS: 50 << 20, Destinations: 1,
	}
	if edit != nil {
		edit(&s)
	}
	return s
}

// sweep is one of 1,000 images, with as many calls of ECR as it may make.
func sweep(round int, edit func(*result.Sample)) result.Sample {
	s := sample("R-same", "mirror", 1, nil)
	s.Round, s.Images = round, 1000
	s.SourceCalls = map[string]int64{"GET tags": 1, "HEAD manifest": 1000}
	s.DestinationCalls = map[string]int64{"ecr.ListImages": 1, "ecr.DescribeImages": 9, "dynamodb.Scan": 40}
	if edit != nil {
		edit(&s)
	}
	return s
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name    string
		samples []result.Sample
		what    string
		state   state
		figure  string
	}{
		{
			"fast enough",
			[]result.Sample{sample("A", "mirror", 2, nil), sample("A", "crane", 27, nil)},
			"A: times as fast as the best peer", kept, "13.50",
		},
		{
			"too slow",
			[]result.Sample{sample("A", "mirror", 3, nil), sample("A", "crane", 27, nil)},
			"A: times as fast as the best peer", missed, "9.00",
		},
		{"no peer", []result.Sample{sample("A", "mirror", 3, nil)}, "A: times as fast as the best peer", open, ""},
		{
			"failed",
			[]result.Sample{
				sample("A", "mirror", 2, func(s *result.Sample) { s.Error = "x" }),
				sample("A", "crane", 27, nil),
			},
			"every copy ends well and is exact", missed, "1 of 1",
		},
		{
			"ECR",
			[]result.Sample{sample("A-ecr", "mirror", 3, nil), sample("A", "crane", 27, nil)},
			"A to ECR's API: times as fast as the best peer to /v2/", kept, "9.00",
		},
		{
			"big",
			[]result.Sample{sample("A", "mirror", 2, func(s *result.Sample) { s.PeakRSS = 97 << 20 })},
			"A: peak RSS, MiB", missed, "97",
		},
		{
			"read twice",
			[]result.Sample{sample("B-4", "mirror", 2, func(s *result.Sample) { s.SourceSize *= 2 })},
			"B-4: source bytes, in images", missed, "2.0",
		},
		{
			"CPU",
			[]result.Sample{sample("A", "mirror", 2, nil), sample("A", "crane", 27, nil)},
			"A: CPU per GiB, of crane's", kept, "1.00",
		},
		{"unchanged", []result.Sample{sample("same", "mirror", 1, func(s *result.Sample) {
			s.SourceCalls = map[string]int64{"GET base": 1, "HEAD manifest": 1}
			s.DestinationCalls = map[string]int64{"HEAD manifest": 1}
		})}, "same: requests (pings of /v2/ aside)", kept, ""},
		{"unchanged and read", []result.Sample{sample("same", "mirror", 1, func(s *result.Sample) {
			s.SourceCalls = map[string]int64{"HEAD manifest": 1, "GET manifest": 1}
			s.DestinationCalls = map[string]int64{"HEAD manifest": 1}
		})}, "same: requests (pings of /v2/ aside)", missed, ""},
		{
			"many tags, and a tuned peer that is nearly as fast",
			[]result.Sample{
				sample("R200", "mirror", 1, nil), sample("R200", "regsync", 40, nil),
				sample("R200", "crane", 1.9, func(s *result.Sample) { s.Setting = "32 wide" }),
			},
			"R200: times as fast as the best peer", missed, "1.90 (1.00 s against 1.90 s of crane, 32 wide)",
		},
		{
			"many tags",
			[]result.Sample{sample("R200", "mirror", 1, nil), sample("R200", "regsync", 40, nil)},
			"R200: times as fast as regsync's default", kept, "40.00",
		},
		{
			"at the quota",
			[]result.Sample{sample("R200-ecr", "mirror", 19, func(s *result.Sample) { s.Images = 200 })},
			"R200-ecr: time, of that in which the quota allows as many PutImage", kept, "0.95 (19.0 s of 20.0 s)",
		},
		{
			"slower than the quota",
			[]result.Sample{sample("R200-ecr", "mirror", 22, func(s *result.Sample) { s.Images = 200 })},
			"R200-ecr: time, of that in which the quota allows as many PutImage", missed, "1.10",
		},
		{
			"shared layers read twice",
			[]result.Sample{sample("R-shared", "mirror", 2, func(s *result.Sample) { s.SourceSize += 1 << 20 })},
			"R-shared: source bytes, in distinct ones", missed, "1.0010",
		},
		{
			"a sweep",
			[]result.Sample{sweep(1, nil), sweep(2, nil)},
			"R-same: requests (pings of /v2/ aside)", kept,
			"source map[GET tags:1 HEAD manifest:1000], 10 calls of ECR",
		},
		{
			"a sweep that read a manifest",
			[]result.Sample{sweep(1, func(s *result.Sample) { s.SourceCalls["GET manifest"] = 1 }), sweep(2, nil)},
			"R-same: requests (pings of /v2/ aside)", missed, "",
		},
		{
			"a sweep that listed twice",
			[]result.Sample{sweep(1, func(s *result.Sample) { s.SourceCalls["GET tags"] = 2 })},
			"R-same: requests (pings of /v2/ aside)", missed, "",
		},
		{
			"a sweep that asked ECR too often",
			[]result.Sample{sweep(1, func(s *result.Sample) { s.DestinationCalls["ecr.DescribeImages"] = 10 })},
			"R-same: requests (pings of /v2/ aside)", missed, "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, p := range check(result.Run{Samples: test.samples}) {
				if p.what == test.what {
					if p.state != test.state || !strings.HasPrefix(p.figure, test.figure) {
						t.Errorf("%+v", p)
					}
					return
				}
			}
			t.Errorf("no promise %q", test.what)
		})
	}
}

func TestWrite(t *testing.T) {
	run := result.Run{
		Cases: []result.Case{{ID: "A", Title: "one <layer> & more"}}, Versions: map[string]string{"crane": "0.22.1"},
		Notes: []string{"M: left out"},
		Samples: []result.Sample{
			sample("A", "crane", 27, nil), sample("A", "mirror", 2, nil),
			sample("A", "oras", 1, func(s *result.Sample) { s.Error = "not exact\nmore" }),
		},
	}
	dir := t.TempDir()
	var out strings.Builder
	kept, err := Write(&out, dir, run)
	if err != nil || !kept {
		t.Fatal(kept, err)
	}
	for _, want := range []string{
		"A: one <layer> & more", "13.50", "failed: not exact\n", "ok ", "crane 0.22.1",
		"M: left out",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	var back result.Run
	raw, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err == nil {
		err = json.Unmarshal(raw, &back)
	}
	if err != nil || len(back.Samples) != 3 || back.Samples[0].Wall != 27*time.Second {
		t.Errorf("JSON: %v, %+v", err, back)
	}
	chart, err := os.Open(filepath.Join(dir, "chart.svg"))
	if err != nil {
		t.Fatal(err)
	}
	defer chart.Close()
	for d := xml.NewDecoder(chart); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
