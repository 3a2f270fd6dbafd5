package controller

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
)

// decide compares an image's destinations with what is left of its source, given what is known of each. Creates says
// that the mirror job creates repositories that are missing.
func decide(i image, known facts, creates bool) entry.Result {
	r := entry.Result{Source: i.entry.Source}
	if r.Digest, r.Size, r.Err = sourceDigest(known.source); r.Err != nil {
		return r
	}
	if chosen := i.entry.Chosen; chosen != "" && chosen != r.Digest {
		r.Err = &movedError{chosen: chosen, has: r.Digest}
		return r
	}
	wanted, _, err := sourceDigest(known.left)
	if err != nil {
		r.Err = fmt.Errorf("%s: %w", entry.MemberPlatforms, err)
		return r
	}
	if i.by != "" {
		r.Left = entry.Left{Digest: wanted, By: i.by}
	}
	for n, d := range i.destinations {
		r.Destinations = append(r.Destinations, compare(d, wanted, known.destinations[n], creates))
		r.Destinations[n].Wants = i.options().Wants()
	}
	return r
}

var errNoSource = errors.New("source image does not exist")

// sourceDigest returns the digest that the source has, and its size.
func sourceDigest(source answer) (digest.Digest, int64, error) {
	switch {
	case source.err != nil:
		if repository, ok := errors.AsType[missingRepository](source.err); ok {
			return "", 0, fmt.Errorf("%w: %w", errNoSource, repository)
		}
		return "", 0, source.err
	case source.digest == "":
		return "", 0, errNoSource
	}
	return source.digest, source.size, nil
}

// compare holds a destination against the digest that it should have.
func compare(destination entry.Name, wanted digest.Digest, has answer, creates bool) entry.DestinationResult {
	d := entry.DestinationResult{Name: destination.Text, Wanted: wanted, Digest: has.digest, State: entry.Current}
	repository, absent := errors.AsType[missingRepository](has.err)
	switch pinned := destination.Name.Digest; {
	case destination.Err != nil:
		d.State, d.Err = entry.Failing, destination.Err
	case pinned != "" && pinned != wanted:
		d.Digest, d.State = "", entry.Failing
		d.Err = fmt.Errorf("can never equal its source, which is %s now", wanted)
	case absent && creates:
		d.State, d.Absent = entry.Stale, repository
	case absent:
		d.State, d.Err = entry.Failing, fmt.Errorf("%w; to create it: %s", repository, repository.CreateCommand())
	case has.err != nil:
		d.State, d.Err = entry.StateOf(has.err), has.err
	case has.digest != wanted:
		d.State = entry.Stale
	}
	d.Differs = d.State == entry.Stale
	return d
}

// A movedError says that a tag points elsewhere than when it was chosen for how long it had pointed there.
type movedError struct{ chosen, has digest.Digest }

func (e *movedError) Error() string {
	return fmt.Sprintf("its tag has moved since it was listed, from %s, which is old enough, to %s", e.chosen, e.has)
}

// DeferredUntil implements [entry.Deferral]: the next sweep lists anew.
func (e *movedError) DeferredUntil() time.Time { return time.Time{} }

// missingRepository is an error that says that an image's repository does not exist.
type missingRepository interface {
	error
	CreateCommand() string
}

// rateLimited is why a stale destination is not mirrored now: the job would meet a source that answers no requests.
type rateLimited struct {
	host  string
	until time.Time
}

func (e *rateLimited) Error() string {
	until := e.until.UTC().Format(time.RFC3339)
	return fmt.Sprintf("stale; %s, its source, bears no more requests until %s", e.host, until)
}

// DeferredUntil implements [entry.Deferral].
func (e *rateLimited) DeferredUntil() time.Time { return e.until }

// postpone defers stale destinations.
func postpone(r *entry.Result, why error) {
	for i := range r.Destinations {
		if d := &r.Destinations[i]; d.State == entry.Stale {
			d.State, d.Err = entry.Deferred, why
		}
	}
}

// requestFor returns what a mirror job is to be asked for an image with this result: that its stale destinations become
// what they should be. Where the decision depended on the digest the job copies that, wherever the tag is by then.
func requestFor(i image, result entry.Result) request.Request {
	r := requestOf(i, result.Digest)
	for n, d := range result.Destinations {
		if d.State == entry.Stale {
			r.Destinations = append(r.Destinations, i.destinations[n].Written)
		}
	}
	return r
}

// requestOf returns what a job is asked for an image, without destinations.
func requestOf(i image, source digest.Digest) request.Request {
	asked := request.Image{Source: i.source.Written, Digest: source}
	var r request.Request
	if i.entry != nil {
		r.Labels = i.entry.Labels
		o := i.options()
		r.Options = request.Options{
			Platforms: o.Platforms, Artifacts: o.Artifacts, ArtifactsFrom: o.ArtifactsFrom,
			ArtifactsRequired: o.ArtifactsRequired, Verify: o.Verify,
		}
		if i.entry.Chosen != "" || r.Options.Platforms != "" {
			pin(&asked)
		}
	}
	r.Images = []request.Image{asked}
	return r
}

// pin has an image copied by its digest, wherever its tag is by then.
func pin(asked *request.Image) {
	asked.Source.Name.Digest = asked.Digest
	asked.Source.Text = asked.Source.Name.String()
}

// wish is a request with what the ledger has of its destinations. Together says that a job may bring it with others.
func wish(r request.Request, d decision, together bool) claims.Wish {
	w := claims.Wish{Request: r, Together: together || d.image.together()}
	for n, destination := range d.result.Destinations {
		if destination.State == entry.Stale && d.known != nil {
			w.Records = append(w.Records, d.known.destinations[n])
		}
	}
	return w
}

// settle puts down what became of the request for the stale destinations.
func settle(r *entry.Result, submitted jobs.Result) {
	for i := range r.Destinations {
		d := &r.Destinations[i]
		if d.State != entry.Stale {
			continue
		}
		job := submitted.JobFor(d.Name)
		switch kept := submitted.Kept[d.Name]; {
		case kept != nil:
			keep(d, kept)
		case job != "", slices.Contains(submitted.InFlight, d.Name):
			d.State, d.JobID = entry.Submitted, job
		case submitted.Err != nil:
			d.State, d.Err = entry.Failing, submitted.Err
		}
	}
}
