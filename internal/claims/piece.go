package claims

import (
	"math"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
)

// A place is an image's destination for which a job is to be submitted.
type place struct {
	image  request.Image
	to     imagename.Written
	record Record
	result *jobs.Result // of the image's wish
}

// claimed reports whether the record has a claim.
func (p place) claimed() bool { return p.record.Now.Claim.Request != "" }

// A piece is what one job is asked: images, each of which has places.
type piece struct {
	request.Request
	places []place // by images
}

// of returns what is left of a piece where some of its places are: itself if all are. Images that have lost other
// places than their neighbours are pieces of their own.
func (p piece) of(places []place) []piece {
	if len(places) == len(p.places) {
		return []piece{{p.Request, places}}
	}
	var alone []request.Request
	var by [][]place
	for i, at := range places {
		if i == 0 || at.image.Source != places[i-1].image.Source {
			one := p.Request
			one.Images, one.Destinations = []request.Image{at.image}, nil
			alone = append(alone, one)
			by = append(by, nil)
		}
		last := len(alone) - 1
		alone[last].Destinations = append(alone[last].Destinations, at.to)
		by[last] = append(by[last], at)
	}
	var pieces []piece
	for _, group := range request.Together(alone, max(1, len(alone)), math.MaxInt) {
		left := piece{Request: group.Request}
		for _, i := range group.Of {
			left.places = append(left.places, by[i]...)
		}
		pieces = append(pieces, left)
	}
	return pieces
}

// note notes the job in the results of all wishes that it is for.
func (p piece) note(placed jobs.Placed) {
	by := map[*jobs.Result][]string{}
	for _, at := range p.places {
		by[at.result] = append(by[at.result], at.to.Text)
	}
	for result, texts := range by {
		if placed.Others {
			result.InFlight = append(result.InFlight, texts...)
		} else {
			result.Submitted = append(result.Submitted, jobs.Submission{ID: placed.ID, Destinations: texts})
		}
	}
}

// pieces returns the pieces of a group of open requests, whose results are given.
func pieces(group request.Group, split []request.Request, opened []open, results []jobs.Result) []piece {
	list := make([]piece, len(split))
	for n, r := range split {
		list[n].Request = r
		for at, i := range group.Of {
			there := map[imagename.Name]bool{}
			for _, name := range r.DestinationsOf(group.Images[at]) {
				there[name] = true
			}
			for d, to := range opened[i].request.Destinations {
				if there[to.Name] {
					list[n].places = append(list[n].places, place{
						image: opened[i].request.Images[0], to: to, record: opened[i].records[d], result: &results[i],
					})
				}
			}
		}
	}
	return list
}
