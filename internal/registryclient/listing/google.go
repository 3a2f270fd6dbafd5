package listing

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
)

// mostTagsOfImage is how many tags one image may have in a list; in ECR it may have 1,000.
const mostTagsOfImage = 10_000

// addImage reads what Google's registries say of an image under its digest (go-containerregistry,
// pkg/v1/google/list.go).
func (r *report) addImage(ctx context.Context, s scanner, d string) error {
	r.images = true
	var (
		tags     []string
		uploaded time.Time
	)
	err := s.object(map[string]member{
		"tag": func(s scanner) error {
			return s.texts(func(tag string) error {
				if len(tags) == mostTagsOfImage {
					return fmt.Errorf("%w: an image has more than %d tags", listed.ErrTooMany, mostTagsOfImage)
				}
				tags = append(tags, tag)
				return nil
			})
		},
		"timeUploadedMs": func(s scanner) error {
			var err error
			uploaded, err = s.milliseconds()
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
func (s scanner) milliseconds() (time.Time, error) {
	token, err := s.next()
	if err != nil {
		return time.Time{}, err
	}
	var digits string
	switch value := token.(type) {
	case string:
		digits = value
	case json.Number:
		digits = value.String()
	default:
		return time.Time{}, s.skipRest(token, nil)
	}
	ms, _ := strconv.ParseInt(digits, 10, 64) // 0 is no time either
	if ms <= 0 || ms >= endOfTime {
		return time.Time{}, nil
	}
	return time.UnixMilli(ms).UTC(), nil
}

// isGoogles reports whether a registry is one of Google's, which tell of each repository which ones lie below it.
func isGoogles(host string) bool {
	return host == "gcr.io" || strings.HasSuffix(host, ".gcr.io") || strings.HasSuffix(host, ".pkg.dev")
}

// shortRefusal is what is told of a registry's error.
func shortRefusal(code, message string) string {
	if message == "" {
		return answer.Short(code)
	}
	return answer.Short(code) + ": " + answer.Short(message)
}
