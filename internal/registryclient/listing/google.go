package listing

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/listed"
)

// mostTagsOfImage is how many tags one image may have in a list; in ECR it may have 1,000.
const mostTagsOfImage = 10_000

// addImage reads what Google's registries say of an image under its digest (go-containerregistry,
// pkg/v1/google/list.go).
func (r *report) addImage(ctx context.Context, s jsonstream.Scanner, d string) error {
	r.images = true
	var (
		tags     []string
		uploaded time.Time
	)
	add := func(tag string) error {
		if len(tags) == mostTagsOfImage {
			return fmt.Errorf("%w: an image has more than %d tags", listed.ErrTooMany, mostTagsOfImage)
		}
		tags = append(tags, tag)
		return nil
	}
	err := s.Object(map[string]jsonstream.Member{
		"tag": func(s jsonstream.Scanner) error { return s.Texts(add) },
		"timeUploadedMs": func(s jsonstream.Scanner) error {
			var err error
			uploaded, err = milliseconds(s)
			return err
		},
	})
	if err != nil {
		return err
	}
	known := digest.Digest(d)
	if !isUsual(known) {
		return nil
	}
	for _, tag := range tags {
		if err := r.tags.Note(ctx, listed.Tag{Name: tag, Digest: known, Uploaded: uploaded}); err != nil {
			return err
		}
	}
	return nil
}

// isUsual reports whether a digest is one that destinations have, too.
func isUsual(d digest.Digest) bool { return d.Validate() == nil && d.Algorithm() == digest.SHA256 }

// endOfTime is the end of the year 9999, in milliseconds since 1970.
const endOfTime = 253_402_300_800_000

// milliseconds reads a time, as a number or as a text of digits. It is zero where it is no time.
func milliseconds(s jsonstream.Scanner) (time.Time, error) {
	digits, err := s.Scalar()
	if err != nil {
		return time.Time{}, err
	}
	ms, _ := strconv.ParseInt(digits, 10, 64) // 0 is no time either
	if ms <= 0 || ms >= endOfTime {
		return time.Time{}, nil
	}
	return time.UnixMilli(ms).UTC(), nil
}
