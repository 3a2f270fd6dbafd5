package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// write writes soak.json, soak.md and soak.svg.
func write(dir string, r *result) error {
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	chart, err := svg(r)
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "soak.json"), append(raw, '\n'), 0o644), //nolint:gosec // for everybody
		os.WriteFile(filepath.Join(dir, "soak.md"), []byte(markdown(r)), 0o644), //nolint:gosec // for everybody
		os.WriteFile(filepath.Join(dir, "soak.svg"), chart, 0o644),              //nolint:gosec // for everybody
	)
}

// markdown is the result in Markdown: the begin, each tenth, and the end.
func markdown(r *result) string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%d images of %d layers of %d KiB, to ECR and to a registry, by one controller (%d jobs, %d sweeps) and %d "+
			"mirrors at a time, in %.0f s.\n"+
			"From image %d to %d calls were throttled, failed or lost their replies, and connections were reset: %d "+
			"calls; %d mirrors, and %d events and sweeps were repeated.\n"+
			"%s; the process had %.1f MiB at most.\n\n",
		r.Images, layers, layerSize>>10, r.Jobs, r.Sweeps, r.Mirrors, r.Seconds, r.FaultsFrom, r.FaultsTo, r.Broken,
		r.Again, r.Retried, r.Machine, mib(r.PeakRSS))
	b.WriteString("| images | resident | without the program's file | live on the heap | goroutines | descriptors " +
		"|\n|---|---|---|---|---|---|\n")
	next := 0
	for _, s := range r.Samples {
		name := fmt.Sprint(s.Images)
		switch {
		case s.Name == "begin":
			name = "none yet, nothing open"
		case s.Name == "end":
			name += ", all closed"
		case s.Images*10 < next*r.Images:
			continue
		}
		next = s.Images*10/r.Images + 1
		fmt.Fprintf(&b, "| %s | %.1f MiB | %.1f MiB | %.1f MiB | %d | %d |\n", name, mib(s.RSS), mib(s.Anonymous),
			mib(s.Heap), s.Goroutines, s.Descriptors)
	}
	return b.String()
}

// A panel is one quantity over the images.
type panel struct {
	Title  string
	Y      float64
	Line   string // the points of it
	First  string // value, and that of the highest and the last
	Most   string
	Last   string
	LastY  float64
	FirstY float64
}

const (
	chartWidth  = 820
	plotAt      = 20
	plotWidth   = 600
	plotHeight  = 70
	panelHeight = 120
)

// svg draws a panel for each quantity, from zero to its highest value.
func svg(r *result) ([]byte, error) {
	var panels []panel
	for i, q := range quantities() {
		p := q.panel(r)
		p.Y = 50 + float64(i)*panelHeight
		panels = append(panels, p)
	}
	t, err := template.New("chart").Parse(chart)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Width": chartWidth, "Height": 50 + len(panels)*panelHeight, "Panels": panels, "Machine": r.Machine,
		"Images": r.Images, "Mirrors": r.Mirrors,
		"Left": plotAt, "Right": plotAt + plotWidth, "High": plotHeight, "FaultsAt": r.x(r.FaultsFrom),
		"FaultsWidth": r.x(r.FaultsTo) - r.x(r.FaultsFrom),
	})
	return b.Bytes(), err
}

// A quantity is what a panel shows of each sample.
type quantity struct {
	title, format string
	value         func(sample) float64
}

func quantities() []quantity {
	return []quantity{
		{"resident memory, MiB", "%.1f", func(s sample) float64 { return mib(s.RSS) }},
		{"live on the heap, MiB", "%.1f", func(s sample) float64 { return mib(s.Heap) }},
		{"goroutines", "%.0f", func(s sample) float64 { return float64(s.Goroutines) }},
		{"file descriptors", "%.0f", func(s sample) float64 { return float64(s.Descriptors) }},
	}
}

// panel draws the quantity, but says not where the panel lies.
func (q quantity) panel(r *result) panel {
	highest := 0.0
	for _, s := range r.Samples {
		highest = max(highest, q.value(s))
	}
	p := panel{Title: q.title, Most: fmt.Sprintf(q.format, highest)}
	var points []string
	for _, s := range r.Samples {
		p.LastY = plotHeight * (1 - q.value(s)/highest)
		points = append(points, fmt.Sprintf("%.1f,%.1f", r.x(s.Images), p.LastY))
	}
	first, last := r.Samples[0], r.Samples[len(r.Samples)-1]
	p.Line, p.FirstY = strings.Join(points, " "), plotHeight*(1-q.value(first)/highest)
	p.First, p.Last = fmt.Sprintf(q.format, q.value(first)), fmt.Sprintf(q.format, q.value(last))
	return p
}

// x is where the plots have an image.
func (r *result) x(image int) float64 { return plotAt + float64(image)/float64(r.Images)*plotWidth }

const chart = `<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="{{.Height}}" viewBox="0 0 {{.Width}} {{.Height}}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="10" y="18" fill="#666666">{{.Images}} images, {{.Mirrors}} mirrors at a time; measured at rest. Shaded: faults. {{html .Machine}}.</text>
{{- $c := .}}
{{- range .Panels}}
<g transform="translate(0 {{.Y}})">
<text x="{{$c.Left}}" y="-6" font-weight="bold">{{.Title}}</text>
<rect x="{{printf "%.1f" $c.FaultsAt}}" y="0" width="{{printf "%.1f" $c.FaultsWidth}}" height="{{$c.High}}" fill="#f6e6d8"/>
<line x1="{{$c.Left}}" y1="{{$c.High}}" x2="{{$c.Right}}" y2="{{$c.High}}" stroke="#9aa5b1"/>
<polyline points="{{.Line}}" fill="none" stroke="#1a7f4b" stroke-width="1.5"/>
<circle cx="{{$c.Left}}" cy="{{printf "%.1f" .FirstY}}" r="3" fill="#1a7f4b"/>
<circle cx="{{$c.Right}}" cy="{{printf "%.1f" .LastY}}" r="3" fill="#1a7f4b"/>
<text x="{{$c.Right}}" dx="8" y="{{$c.High}}" fill="#444444">{{.First}} at first, {{.Last}} at last</text>
<text x="{{$c.Right}}" dx="8" y="10" fill="#444444">{{.Most}} at most</text>
</g>
{{- end}}
</svg>
`
