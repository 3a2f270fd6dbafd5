package main

import (
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

// tagCases are those of many tags of one repository.
func tagCases() []benchCase {
	normal := slowregistry.Normal()
	return []benchCase{
		{
			Case: named("R200", "200 tags of one layer of 1 KiB"), images: tiny(200, 7), source: normal,
			turns: tagContest(5, 1),
		},
		{
			Case: named("R200-ecr", "R200 to the ECR API, at its quota of 10 PutImage a second"), images: tiny(200, 7),
			source: normal, ecr: true, quota: 10, turns: []turn{ours(1)},
		},
		{
			Case: named("R200-ecr-raised", "R200 to the ECR API, with a quota of 1,000"), images: tiny(200, 7),
			source: normal, ecr: true, quota: 1000, environment: raisedQuota(), turns: []turn{ours(3)},
		},
		{
			Case:   named("R-shared", "60 tags of 6 layers of 4 MiB, of which neighbours share 4"),
			images: neighbours(60), source: normal, turns: tagContest(3, 1),
		},
		{
			Case: named("R-same", "1,000 tags, there already"), images: tiny(1000, 9), source: normal, sweep: true,
			environment: append(raisedQuota(), "MIRROR_MOST_TAGS=1000"), turns: sweepContest(),
		},
	}
}

// tagContest has everybody copy a repository who can, in every setting; in the slowest, the peers' own, less often.
func tagContest(rounds, slowest int) []turn {
	return []turn{
		ours(rounds),
		{"*", programs.ByDefault, slowest},
		{"crane", programs.Wide, max(2, rounds/2)},
		{"crane", programs.Wider, rounds},
		{"regsync", programs.Wide, max(2, rounds/2)},
		{"regsync", programs.Wider, rounds},
		{"oras", programs.Wide, max(2, rounds/2)},
		{"oras", programs.Wider, max(2, rounds/2)},
	}
}

// sweepContest has those find out that nothing has changed who are made for that.
func sweepContest() []turn {
	return []turn{
		ours(3), {"regsync", programs.ByDefault, 1}, {"regsync", programs.Wide, 3}, {"regsync", programs.Wider, 3},
	}
}

// tiny returns images of a small layer each, which share none.
func tiny(n int, seed uint64) (images []slowregistry.Spec) {
	for i := range n {
		images = append(images, slowregistry.Spec{Layers: 1, LayerSize: 1 << 10, Seed: seed, First: i})
	}
	return images
}

// neighbours returns images that share 4 of their 6 layers with the next one.
func neighbours(n int) (images []slowregistry.Spec) {
	for i := range n {
		images = append(images, slowregistry.Spec{Layers: 6, LayerSize: 4 * mib, Seed: 8, First: 2 * i})
	}
	return images
}

// raisedQuota is how this project's programs are told that ECR's quota of PutImage was raised.
func raisedQuota() []string { return []string{"MIRROR_PUT_IMAGE_RATE=1000"} }
