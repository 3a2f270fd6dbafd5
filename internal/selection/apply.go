package selection

import (
	"fmt"
	"slices"
	"time"

	"ecrmirror/internal/selection/pattern"
	"ecrmirror/internal/selection/version"
)

// apply takes tags, each once, through the rule of that number, and returns a candidate for each, in their order.
func (r compiled) apply(number int, tags []Tag, now time.Time) ([]candidate, error) {
	candidates := make([]candidate, len(tags))
	var ranked []*candidate
	for i, tag := range tags {
		c := &candidates[i]
		*c = candidate{Tag: tag, step: Chosen, detail: "chosen"}
		r.filter(c, now)
		if c.step == Chosen && !c.pinned {
			ranked = append(ranked, c)
		}
	}
	return candidates, r.rank(number, ranked)
}

// filter takes a candidate through the steps that look at it alone.
func (r compiled) filter(c *candidate, now time.Time) {
	c.pinned = slices.Contains(r.Pin, c.Name)
	switch {
	case ofImage.MatchString(c.Name):
		c.stop(NotImage, "belongs to an image, and is none")
		return
	case !isTag(c.Name):
		c.stop(NotImage, "not a tag")
		return
	case c.pinned:
		c.detail = "pinned"
	case !r.chooses(), !r.included(c.Name):
		c.stop(NotIncluded, "")
		return
	default:
		if r.readVersion(c); c.step != Chosen {
			return
		}
	}
	if p, ok := matching(r.exclude, c.Name); ok {
		c.stop(Excluded, "%q", p)
		return
	}
	r.checkAge(c, now)
}

func (r compiled) included(tag string) bool {
	_, ok := matching(r.include, tag)
	return ok || len(r.include) == 0
}

// ranksVersions reports whether tags without a version can't be ranked.
func (r compiled) ranksVersions() bool { return r.by() == ByVersion && r.newest() != All }

// readVersion reads the tag as a version where the rule needs one, and checks what the rule says of it.
func (r compiled) readVersion(c *candidate) {
	if r.within == nil && !r.ranksVersions() {
		return
	}
	v, err := version.Parse(c.Name)
	if err != nil {
		c.stop(NotVersion, "%v", err)
		return
	}
	c.version, c.isVersion = v, true
	if r.within == nil {
		return
	}
	switch {
	case v.IsNumber() && !r.within.NamesNumbers():
		c.stop(NotVersion, "not a version: a date, a build or a commit")
	case v.Parts() != r.parts():
		c.stop(WrongParts, "%s, not %d", parts(v.Parts()), r.parts())
	case v.Pre != "" && !r.Pre:
		c.stop(PreRelease, "%s", v.Pre)
	case !r.isVariant(v.Variant) && v.Variant == "":
		c.stop(WrongVariant, "no variant")
	case !r.isVariant(v.Variant):
		c.stop(WrongVariant, "variant %s", v.Variant)
	case !r.within.Contains(v):
		c.stop(OutOfRange, "%s", r.within)
	}
}

func parts(n int) string {
	if n == 1 {
		return "1 part"
	}
	return fmt.Sprintf("%d parts", n)
}

func (r compiled) isVariant(variant string) bool {
	return variant == "" && r.plain ||
		slices.ContainsFunc(r.variant, func(p pattern.Pattern) bool { return p.Match(variant) })
}

// checkAge holds a candidate that is too young.
func (r compiled) checkAge(c *candidate, now time.Time) {
	since := c.since()
	switch {
	case r.MinimumAge == 0:
	case since.IsZero():
		c.stop(UnknownAge, "")
	case now.Sub(since) < r.MinimumAge:
		c.stop(TooYoung, "%s", youth(now.Sub(since), r.MinimumAge))
	}
}
