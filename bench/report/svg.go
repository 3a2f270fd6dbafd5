package report

import (
	"bytes"
	"fmt"
	"text/template"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

// A bar of the chart is one group.
type bar struct {
	Label, Value string
	Y, Width     float64
	Ours         bool
}

type panel struct {
	Title string
	Y     float64
	Bars  []bar
}

const (
	chartWidth = 760
	barsAt     = 150
	barsWidth  = 500
	barStep    = 20
)

// svg draws a panel of bars for each case that peers took part in: shorter is better.
func svg(run result.Run) ([]byte, error) {
	var panels []panel
	y := 40.0
	for _, c := range run.Cases {
		if _, contest := run.BestPeer(c.ID); !contest {
			continue
		}
		p := panel{Title: c.ID + ": " + c.Title, Y: y}
		y += 10
		longest := 0.0
		for _, g := range run.Groups(c.ID) {
			longest = max(longest, g.Wall().Seconds())
		}
		for _, g := range run.Groups(c.ID) {
			if len(g.Samples) == 0 {
				continue
			}
			label := g.Program
			if g.Setting != "default" {
				label += ", " + g.Setting
			}
			p.Bars = append(p.Bars, bar{
				Label: label, Value: fmt.Sprintf("%s, %d MiB", seconds(g.Wall().Seconds()), g.PeakRSS()>>20),
				Y: y, Width: max(1, g.Wall().Seconds()/longest*(barsWidth-60)), Ours: g.Program == programs.Ours,
			})
			y += barStep
		}
		y += 34
		panels = append(panels, p)
	}
	t, err := template.New("chart").Parse(chart)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Width": chartWidth, "Height": y, "Panels": panels, "BarsAt": barsAt, "Machine": run.Machine,
	})
	return b.Bytes(), err
}

const chart = `<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="{{.Height}}" viewBox="0 0 {{.Width}} {{.Height}}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="10" y="18" fill="#666666">Seconds to copy, and peak memory; shorter is better. {{html .Machine.CPU}}, {{.Machine.Cores}} cores.</text>
{{- $at := .BarsAt}}
{{- range .Panels}}
<text x="10" y="{{.Y}}" font-weight="bold">{{html .Title}}</text>
{{- range .Bars}}
<g transform="translate(0 {{.Y}})">
<text x="{{$at}}" dx="-8" y="12" text-anchor="end">{{html .Label}}</text>
<rect x="{{$at}}" y="1" width="{{printf "%.1f" .Width}}" height="14" fill="{{if .Ours}}#1a7f4b{{else}}#9aa5b1{{end}}"/>
<text transform="translate({{printf "%.1f" .Width}} 0)" x="{{$at}}" dx="6" y="12" fill="#444444">{{.Value}}</text>
</g>
{{- end}}
{{- end}}
</svg>
`
