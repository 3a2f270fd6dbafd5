package main

import (
	"time"

	"ecrmirror/testkit/slowregistry"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// Images. Each has a seed of its own, so that none helps another.
func imageA(size int64) slowregistry.Spec {
	return slowregistry.Spec{Layers: 1, LayerSize: size, Seed: 1}
}

func imageB() slowregistry.Spec { return slowregistry.Spec{Layers: 8, LayerSize: 64 * mib, Seed: 2} }
func imageC() slowregistry.Spec { return slowregistry.Spec{Layers: 40, LayerSize: mib, Seed: 3} }
func imageD() slowregistry.Spec {
	return slowregistry.Spec{Platforms: 6, Layers: 3, LayerSize: 20 * mib, Shared: 1, Seed: 4}
}

func imageMany() slowregistry.Spec {
	return slowregistry.Spec{Layers: 127, LayerSize: 4 * mib, Seed: 5}
}

func imageHuge() slowregistry.Spec {
	return slowregistry.Spec{Layers: 1, LayerSize: 10 * gib, Seed: 6}
}

// Conditions beside the normal ones.
func free() slowregistry.Options {
	o := slowregistry.Normal()
	o.Rate = 0
	return o
}

func capped() slowregistry.Options {
	o := slowregistry.Normal()
	o.TotalRate = 320e6
	return o
}

func stalling() slowregistry.Options {
	o := slowregistry.Normal()
	o.Stall = slowregistry.Stall{For: 20 * time.Second, After: 64 * mib}
	return o
}
