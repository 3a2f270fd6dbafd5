package conformance

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// causes match what is said of faults: a copy that fails for another reason fails for none.
var causes = regexp.MustCompile(`(?i)\b429\b|\b50[03]\b|throttl|rate exceeded|reset|EOF|broken|internal ` +
	`failure|UploadNotFound`)

// refusesToMove is what is said where an immutable tag has the other image.
const refusesToMove = "tag is immutable"

// judge holds what is there to what the programs said and what was seen meanwhile; then it has a single program
// complete it, and reads all of it back. The errors are what is wrong.
func (p *pair) judge(ctx context.Context, sum *pairs) error {
	var errs []error
	p.look(ctx)
	sum.from[p.origin.kind]++
	for _, d := range p.at {
		sum.to[d.kind]++
		if p.moves && d.moved {
			sum.stood[map[bool]string{
				true: "tags stood at the first", false: "at the second",
			}[d.now == p.family.versions[first].Root]]++
		}
	}
	for i, one := range p.programs {
		if err := p.judgeProgram(ctx, one, sum); err != nil {
			errs = append(errs, fmt.Errorf("program %d: %w", i+1, err))
		}
	}
	if err := p.complete(ctx); err != nil {
		errs = append(errs, fmt.Errorf("the single program after it: %w", err))
	}
	for _, d := range p.at {
		sum.looks += d.looks
		sum.incomplete += len(d.wrong)
		if len(d.wrong) > 0 {
			errs = append(errs, fmt.Errorf("%s: seen: %s", d.kind, d.wrong))
		}
	}
	return errors.Join(errs...)
}

// judgeProgram judges what a program said.
func (p *pair) judgeProgram(ctx context.Context, one *program, sum *pairs) error {
	sum.count(one)
	if one.died {
		return one.stopped()
	}
	results, err := one.results(len(p.at))
	if err != nil {
		return err
	}
	for i, r := range results {
		d := p.at[i]
		if r.Error != "" {
			err = p.excuse(d, r)
		} else {
			err = d.claimed(ctx, r.Digest)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", d.kind, err)
		}
	}
	return nil
}

// excuse returns an error unless a destination failed for a reason.
func (p *pair) excuse(d *destination, r result) error {
	refused := strings.Contains(r.Error, refusesToMove)
	switch {
	case refused && (!d.immutable || !p.moves || r.Transient):
		return errors.New("nothing has to move there")
	case !refused && (!r.Transient || !causes.MatchString(r.Error)):
		return errors.New("no fault is a reason for this: " + r.Error)
	}
	return nil
}

// claimed returns an error unless an image is there that a program says it has put, or found, there.
func (d *destination) claimed(ctx context.Context, root digest.Digest) error {
	for _, image := range d.after {
		if image.Root != root {
			continue
		}
		if !d.moved {
			return fmt.Errorf("the tag is %q, and a program says that it is %s", d.now, root)
		}
		return d.hash(ctx, image)
	}
	return fmt.Errorf("a program says that it is %s, which the source never was", root)
}

// complete has a single program copy the image once more, and reads what is there then.
func (p *pair) complete(ctx context.Context) error {
	version := first
	if p.moves {
		version = moved
	}
	want := p.family.versions[version]
	one, err := p.final(ctx, p.origin.name(p.registry.Host()), p.names(p.local.host()))
	if err != nil {
		return err
	}
	results, err := one.results(len(p.at))
	if err != nil {
		return fmt.Errorf("%w\n%s", err, one.stderr.String())
	}
	p.look(ctx)
	for i, d := range p.at {
		is := want
		if r := results[i]; r.Error != "" { // where the first image was first, it stays
			is = p.family.versions[first]
			if err := p.excuse(d, r); err != nil || r.Transient {
				return fmt.Errorf("%s: %w: %s", d.kind, err, r.Error)
			}
		}
		if err := d.is(ctx, is); err != nil {
			return fmt.Errorf("%s: %w", d.kind, err)
		}
	}
	return nil
}

// is returns an error unless the tag is an image, all of which is there.
func (d *destination) is(ctx context.Context, image slowregistry.Contents) error {
	if d.now != image.Root {
		return fmt.Errorf("the tag is %q, want %s", d.now, image.Root)
	}
	return d.hash(ctx, image)
}
