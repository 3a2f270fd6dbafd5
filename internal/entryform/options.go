package entryform

import (
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/verify/policy"
)

// options has the members of options, of an entry or of a rule, in the order in which they are written.
var options = []member[entry.ImageOptions]{
	{
		name: entry.MemberPlatforms,
		read: func(o *entry.ImageOptions, v Value) error {
			texts, err := readTexts(v)
			if err == nil {
				o.Platforms, err = entry.ParsePlatforms(texts...)
			}
			return err
		},
		write: func(o entry.ImageOptions) Value { return writeTexts(o.PlatformTexts()) },
	},
	{
		name: entry.MemberArtifacts,
		read: func(o *entry.ImageOptions, v Value) error {
			texts, err := readTexts(v)
			if err == nil {
				o.Artifacts, err = entry.ParseArtifacts(texts...)
			}
			return err
		},
		write: func(o entry.ImageOptions) Value { return writeTexts(o.ArtifactTexts()) },
	},
	scalar(entry.MemberArtifactsFrom, func(o *entry.ImageOptions) *string { return &o.ArtifactsFrom }, readText,
		writeText),
	scalar(entry.MemberArtifactsRequired, func(o *entry.ImageOptions) *bool { return &o.ArtifactsRequired }, readBool,
		writeBool),
	{
		name: entry.MemberVerify,
		within: func(r *reader, o *entry.ImageOptions, v Value, name string) {
			p, errs := ReadVerify(name, v)
			r.errs = append(r.errs, errs...)
			if err := p.CheckAlone(); err != nil {
				r.bad(v.Line, "%s: %w", name, err)
			}
			o.Verify = p.String()
		},
		write: func(o entry.ImageOptions) Value {
			p, err := policy.Parse(o.Verify)
			if o.Verify == "" || err != nil {
				return Value{}
			}
			return WriteVerify(p)
		},
	},
	scalar(entry.MemberArtifactsEvery, func(o *entry.ImageOptions) *time.Duration { return &o.ArtifactsEvery }, readAge,
		writeAge),
}

// ReadOptions reads the options of an entry, a map. Each that it does not have is that of defaults. One that is not
// known is an error: if it were passed over, another image would be published than the one that was asked for.
func ReadOptions(name string, v Value, defaults entry.ImageOptions) (entry.ImageOptions, []*Error) {
	var r reader
	var o entry.ImageOptions
	readMap(&r, &o, v, name, options)
	return o.Over(defaults), r.errs
}

// WriteOptions returns options as they are written; Null of none.
func WriteOptions(o entry.ImageOptions) Value {
	if o == (entry.ImageOptions{}) {
		return Value{}
	}
	return writeMap(o, options)
}
