package main

import (
	"net/http"
	"strings"
	"time"

	broken "ecrmirror/testkit/fault"
)

// What the operations of the stand-ins are called.
const (
	v2      = "v2.*"
	objects = "s3.GetObject"
	ecrAPI  = "ecr.*"
)

// one returns the rule as a list.
func one(operation string, kind broken.Kind, change ...func(*broken.Rule)) []broken.Rule {
	r := broken.Rule{Operation: operation, Kind: kind}
	for _, c := range change {
		c(&r)
	}
	return []broken.Rule{r}
}

// unavailable makes failures 503.
func unavailable(r *broken.Rule) { r.Status = http.StatusServiceUnavailable }

func rate(rate float64) func(*broken.Rule) { return func(r *broken.Rule) { r.Rate = rate } }

func perMiB(rate float64) func(*broken.Rule) { return func(r *broken.Rule) { r.PerMiB = rate } }

func delay(d time.Duration) func(*broken.Rule) { return func(r *broken.Rule) { r.Delay = d } }

func speed(bytes int64) func(*broken.Rule) { return func(r *broken.Rule) { r.Speed = bytes } }

func clock(d time.Duration) func(*broken.Rule) { return func(r *broken.Rule) { r.Clock = d } }

func retryAfter(d time.Duration) func(*broken.Rule) {
	return func(r *broken.Rule) { r.RetryAfter = d }
}

func code(code string, status int) func(*broken.Rule) {
	return func(r *broken.Rule) { r.Code, r.Status = code, status }
}

const brokenOff = `(?i)reset|EOF|broken|ended? early|ends after`

// shortName takes out of an operation's name what all have: "initiate", "put".
func shortName(operation string) string {
	for _, word := range []string{"LayerUpload", "LayerAvailability", "Images", "Image", "Layer", "Batch"} {
		operation = strings.Replace(operation, word, "", 1)
	}
	return strings.ToLower(operation)
}
