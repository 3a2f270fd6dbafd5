package ecr

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// archive archives the image under a tag, or has it restored, which takes a while.
func (w *world) archive(tag string, to ecrtypes.TargetStorageClass) {
	w.t.Helper()
	if _, err := w.sdk(here).UpdateImageStorageClass(w.t.Context(), &ecr.UpdateImageStorageClassInput{
		RepositoryName: aws.String("app"), ImageId: &ecrtypes.ImageIdentifier{ImageTag: &tag}, TargetStorageClass: to,
	}); err != nil {
		w.t.Fatal(err)
	}
}

// An archived image can't be pulled, so that it is not there: by all ways of looking for it.
func TestArchivedImagesAreNotThere(t *testing.T) {
	w := newWorld(t)
	var tags []string
	for i := range 12 {
		tags = append(tags, fmt.Sprint("v", i))
		w.push(here+":"+tags[i], []byte(tags[i]))
	}
	archived, err := w.client.Digest(t.Context(), parse(t, here+":v0"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(state string, there bool) {
		t.Helper()
		for _, references := range [][]string{
			{"v0"}, {archived.String()}, {"v0", "v1", archived.String()}, // by name
			{"v0", "v1", "none"}, // in halves
			append([]string{"none", archived.String()}, tags...), // by a list
		} {
			got, err := w.client.Digests(t.Context(), parse(t, here), references)
			if err != nil {
				t.Fatal(err)
			}
			for _, reference := range references {
				want := reference != "none" && (there || reference != "v0" && reference != archived.String())
				if (got[reference].Digest != "") != want {
					t.Errorf("%s: %s of %v: %v", state, reference, references, got[reference])
				}
			}
		}
		_, err := w.client.Digest(t.Context(), parse(t, here+":v0"))
		if there && err != nil || !there && (!errors.Is(err, ErrImageNotFound) ||
			!strings.Contains(err.Error(), state)) {
			t.Errorf("%s: %v", state, err)
		}
	}
	check("ACTIVE", true)
	w.archive("v0", ecrtypes.TargetStorageClassArchive)
	check("ARCHIVED", false)
	w.archive("v0", ecrtypes.TargetStorageClassStandard)
	check("ACTIVATING", false)
	w.pass(20 * time.Minute)
	check("ACTIVE", true)
}

// What was archived is pushed as if it had never been there, also under a tag that can't move.
func TestAPushBringsAnArchivedImageBack(t *testing.T) {
	for name, change := range map[string]func(*ecr.CreateRepositoryInput){
		"mutable": func(*ecr.CreateRepositoryInput) {}, "immutable": immutable,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			image := strings.Replace(here, "/app", "/"+name, 1) + ":v1"
			w.create(image, change)
			content := w.push(image, []byte("layer"))
			if _, err := w.sdk(image).UpdateImageStorageClass(t.Context(), &ecr.UpdateImageStorageClassInput{
				RepositoryName: &name, ImageId: &ecrtypes.ImageIdentifier{ImageTag: aws.String("v1")},
				TargetStorageClass: ecrtypes.TargetStorageClassArchive,
			}); err != nil {
				t.Fatal(err)
			}
			if _, _, err := w.source(image).root(t.Context()); err == nil || !strings.Contains(err.Error(),
				"ImageInaccessible") {
				t.Errorf("reading what is archived: %v", err)
			}
			w.push(image, []byte("layer"))
			got, _, err := w.source(image).root(t.Context())
			if err != nil || string(got) != string(content) {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
}
