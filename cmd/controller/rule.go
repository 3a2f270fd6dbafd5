package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/selection"
)

// ruleFlags are the flags of put that give its entry a rule, options and labels.
type ruleFlags struct {
	rule      selection.Rule
	platforms []string
	labels    []string
}

// add adds the flags.
func (r *ruleFlags) add(flags *pflag.FlagSet) {
	// Arrays, and no slices: a regular expression may have commas.
	flags.StringArrayVar(&r.rule.Include, "include", nil,
		"`PATTERN` of tags, a glob or /REGEXP/, of which one must match; may be repeated")
	flags.StringArrayVar(&r.rule.Exclude, "exclude", nil, "`PATTERN` of which none may match; may be repeated")
	flags.StringVar(&r.rule.Version, "version", "", "`RANGE` in which the tag's version must be: ^1.27, \">=1.24 <2\", *")
	flags.IntVar(&r.rule.Parts, "parts", 0, "`COUNT` of numbers that the version must have; 3 without it")
	flags.StringArrayVar(&r.rule.Variant, "variant", nil,
		"`PATTERN` of what follows the version, such as alpine*; * is any, and none; may be repeated")
	flags.BoolVar(&r.rule.Pre, "pre", false, "choose pre-releases, too")
	flags.Var((*newestFlag)(&r.rule.Newest), "newest", "`NUMBER` of tags at most, the newest, or all; 10 without it")
	flags.Var((*orderFlag)(&r.rule.By), "by", "`ORDER` of tags: version, name or time; version without it")
	flags.Var((*ageFlag)(&r.rule.MinimumAge), "minimum-age",
		"`TIME` for which a tag must have had its digest: 72h, 3d, 2w")
	flags.StringArrayVar(&r.rule.Pin, "pin", nil, "`TAG` to choose beside, by its name; may be repeated")
	flags.StringSliceVar(&r.platforms, entry.MemberPlatforms, nil,
		"`OS/ARCH[/VARIANT][:OSVERSION],...` that are mirrored of an index; all without it")
	flags.StringArrayVar(&r.labels, "label", nil, "`NAME=VALUE` of the owner's; may be repeated")
}

// apply gives an entry the rule, the options and the labels.
func (r *ruleFlags) apply(e *entry.Entry) error {
	if len(r.platforms) > 0 {
		given, err := entry.ParsePlatforms(r.platforms...)
		if err != nil {
			return fmt.Errorf("--%s: %w", entry.MemberPlatforms, err)
		}
		e.ImageOptions = entry.ImageOptions{Platforms: given}.Over(entry.ImageOptions{})
	}
	if !r.rule.Equal(selection.Rule{}) {
		e.Tags = []entry.Rule{{Rule: r.rule}}
	}
	for _, label := range r.labels {
		name, value, ok := strings.Cut(label, "=")
		_, repeated := e.Labels[name]
		switch {
		case !ok:
			return fmt.Errorf("label %q is not NAME=VALUE", label)
		case repeated:
			return fmt.Errorf("label %q is there twice", name)
		case e.Labels == nil:
			e.Labels = map[string]string{}
		}
		e.Labels[name] = value
	}
	return nil
}

// newestFlag is a number from 1 on, or all.
type newestFlag int

const allTags = "all"

// Set implements [pflag.Value].
func (f *newestFlag) Set(text string) error {
	if text == allTags {
		*f = selection.All
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return fmt.Errorf("must be a whole number from 1 on, or %s", allTags)
	}
	*f = newestFlag(n)
	return nil
}

// String implements [pflag.Value]; it is empty as long as the flag is not given.
func (f *newestFlag) String() string {
	switch *f {
	case 0:
		return ""
	case selection.All:
		return allTags
	}
	return strconv.Itoa(int(*f))
}

// Type implements [pflag.Value].
func (*newestFlag) Type() string { return "number" }

// orderFlag is an order of tags.
type orderFlag selection.By

// Set implements [pflag.Value].
func (f *orderFlag) Set(text string) error {
	if !slices.Contains(f.Values(), text) {
		return fmt.Errorf("must be %s", flagvalue.List(f.Values()))
	}
	*f = orderFlag(text)
	return nil
}

// Values returns the orders.
func (*orderFlag) Values() []string { return selection.Orders() }

// String implements [pflag.Value].
func (f *orderFlag) String() string { return string(*f) }

// Type implements [pflag.Value].
func (*orderFlag) Type() string { return "order" }

// ageFlag is an age.
type ageFlag time.Duration

// Set implements [pflag.Value].
func (f *ageFlag) Set(text string) error {
	age, err := selection.ParseAge(text)
	*f = ageFlag(age)
	return err
}

// String implements [pflag.Value]; it is empty as long as the flag is not given.
func (f *ageFlag) String() string {
	if *f == 0 {
		return ""
	}
	return selection.FormatAge(time.Duration(*f))
}

// Type implements [pflag.Value].
func (*ageFlag) Type() string { return "duration" }
