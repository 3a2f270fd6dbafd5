package conformance

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// TestWhatStrangersWroteComesOutCleanAndShort puts texts that steer terminals, and texts of any length, into each
// field that others write, one at a time, and looks at all that the programs print, log, report, write into the table
// and submit.
func TestWhatStrangersWroteComesOutCleanAndShort(t *testing.T) {
	w := newWatch()
	r := runner{t: t, w: w, env: []string{"AWS_REGION=us-east-1"}, slots: make(chan struct{}, atOnce)}
	t.Run("feeding", func(t *testing.T) {
		for name, feed := range map[string]func(runner){
			"sources": runner.sources, "manifests": runner.manifests, "destinations": runner.destinations,
			"signatures": runner.signatures, "TLS": runner.tls,
			"look-ups": runner.lookUps, "table": runner.items, "events": runner.events, "files": runner.files,
			"AWS": runner.aws,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := r
				r.t = t
				feed(r)
			})
		}
	})
	w.report(t)
}

// fieldsAt are the places in the answers to some steps that are tried.
func fieldsAt(steps ...step) []registryField {
	var fields []registryField
	for i, at := range steps {
		places := tried(i, answerFields())
		if at == getToken {
			places = append(places, tokenFields()...)
		}
		for _, place := range places {
			fields = append(fields, registryField{at: at, name: place.name, change: place.change})
		}
	}
	return fields
}

// sources copies an image for each field of its source, and each text.
func (r runner) sources() { r.from(fieldsAt(headManifest, getManifest, getLayer, getPlace, getToken)) }

// manifests does for the members of manifests.
func (r runner) manifests() { r.from(documentFields()) }

func (r runner) from(fields []registryField) {
	h := newHostileRegistry(r.t, fields)
	to := r.t.TempDir()
	each(len(fields)*len(h.texts), func(i int) {
		field, text := i/len(h.texts), i%len(h.texts)
		if !meets(field, text) {
			return
		}
		name := "source, " + fields[field].String()
		r.w.feed(name)
		r.mirror("from a registry", field/2+text, []string{name}, h.image(asSource, field, text),
			"dir:"+filepath.Join(to, fmt.Sprint(i)))
	})
}

// destinationsAtOnce are so few that the budget has a part for each.
const destinationsAtOnce = 20

// destinations copies an image to all destinations with a text in some field.
func (r runner) destinations() {
	fields := fieldsAt(headManifest, headBlob, postUpload, patchUpload, putUpload, putManifest, getToken)
	h := newHostileRegistry(r.t, append(fields, goodField))
	var images, names []string
	for i, f := range fields {
		for text := range h.texts {
			// each is tried again for minutes; the same is in other answers
			if f.isUpload() && (text > 0 || f.breaks()) {
				continue
			}
			name := "destination, " + f.String()
			r.w.feed(name)
			images, names = append(images, h.image(asDestination, i, text)), append(names, name)
		}
	}
	some := slices.Collect(slices.Chunk(images, destinationsAtOnce))
	named := slices.Collect(slices.Chunk(names, destinationsAtOnce))
	each(len(some), func(i int) {
		r.mirror("to registries", i, named[i], append([]string{h.image(asSource, len(fields), 0)}, some[i]...)...)
	})
}
