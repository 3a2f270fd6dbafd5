package scenario

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// entryCount is how many entries there are. A look-up of more than eight images of which one is
// missing goes another way than one of fewer.
const entryCount = 12

// pushImages makes a repository of sources with twelve images, and one of destinations that has
// all but the last of them.
func (s *Scenario) pushImages(ctx context.Context) (string, error) {
	for _, name := range []string{s.source(), s.destination()} {
		if err := s.createRepository(ctx, name); err != nil {
			return "", err
		}
	}
	for i := range entryCount {
		tag := tagOf(i)
		if err := s.pushImage(ctx, s.source(), tag, tag); err != nil {
			return "", err
		}
		if i == entryCount-1 {
			break
		}
		if err := s.pushImage(ctx, s.destination(), tag, tag); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d in %s, %d of them in %s", entryCount, s.source(), entryCount-1, s.destination()), nil
}

func tagOf(i int) string { return fmt.Sprintf("v%d", i+1) }

func (s *Scenario) source() string      { return s.Stack.Name + "/source" }
func (s *Scenario) destination() string { return s.Stack.Name + "/copy" }

// name returns the image name of a tag in a repository of the account.
func (s *Scenario) name(repository, tag string) string {
	place := s.Config.Region + ".amazonaws.com"
	if len(s.Config.Region) > 3 && s.Config.Region[:3] == "cn-" {
		place += ".cn"
	}
	return fmt.Sprintf("%s.dkr.ecr.%s/%s:%s", s.Account, place, repository, tag)
}

func (s *Scenario) createRepository(ctx context.Context, name string) error {
	if _, err := s.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name}); err != nil {
		return err
	}
	s.later("aws ecr delete-repository --force --repository-name "+name, func(ctx context.Context) error {
		_, err := s.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: &name, Force: true})
		return err
	})
	return nil
}

// pushImage pushes a small image whose digest the content decides.
func (s *Scenario) pushImage(ctx context.Context, repository, tag, content string) error {
	layer, diffID, err := layerOf(content)
	if err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": "arm64", "os": "linux", "config": map[string]any{},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{diffID}},
	})
	if err != nil {
		return err
	}
	descriptor := func(mediaType string, blob []byte) map[string]any {
		return map[string]any{"mediaType": mediaType, "digest": digestOf(blob), "size": len(blob)}
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": descriptor(configType, config), "layers": []any{descriptor(layerType, layer)},
	})
	if err != nil {
		return err
	}
	for _, blob := range [][]byte{layer, config} {
		if err := s.pushBlob(ctx, repository, blob); err != nil {
			return err
		}
	}
	_, err = s.ecr.PutImage(ctx, &ecr.PutImageInput{
		RepositoryName: &repository, ImageTag: &tag, ImageManifest: aws.String(string(manifest)),
		ImageManifestMediaType: aws.String(manifestType),
	})
	if err == nil && repository == s.source() {
		s.digests[tag] = digestOf(manifest)
	}
	return err
}

// pushBlob uploads a blob in one part, which may be the last and then of any size.
func (s *Scenario) pushBlob(ctx context.Context, repository string, blob []byte) error {
	upload, err := s.ecr.InitiateLayerUpload(ctx, &ecr.InitiateLayerUploadInput{RepositoryName: &repository})
	if err != nil {
		return err
	}
	_, err = s.ecr.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
		RepositoryName: &repository, UploadId: upload.UploadId, LayerPartBlob: blob,
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(blob)) - 1),
	})
	if err != nil {
		return err
	}
	_, err = s.ecr.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{
		RepositoryName: &repository, UploadId: upload.UploadId, LayerDigests: []string{digestOf(blob)},
	})
	if code(err) == "LayerAlreadyExistsException" {
		return nil
	}
	return err
}

// layerOf returns a layer with one file, and the digest of the same uncompressed.
func layerOf(content string) (layer []byte, diffID string, err error) {
	var plain, packed bytes.Buffer
	archive := tar.NewWriter(&plain)
	if err := archive.WriteHeader(&tar.Header{Name: "content", Mode: 0o644, Size: int64(len(content))}); err != nil {
		return nil, "", err
	}
	if _, err := archive.Write([]byte(content)); err != nil {
		return nil, "", err
	}
	if err := archive.Close(); err != nil {
		return nil, "", err
	}
	compressed := gzip.NewWriter(&packed)
	if _, err := compressed.Write(plain.Bytes()); err != nil {
		return nil, "", err
	}
	if err := compressed.Close(); err != nil {
		return nil, "", err
	}
	return packed.Bytes(), digestOf(plain.Bytes()), nil
}

func digestOf(blob []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(blob)) }

// images returns the digests of a repository's images, by tag.
func (s *Scenario) images(ctx context.Context, repository string) (map[string]string, error) {
	digests := map[string]string{}
	pages := ecr.NewDescribeImagesPaginator(s.ecr, &ecr.DescribeImagesInput{
		RepositoryName: &repository, Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusTagged},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, image := range page.ImageDetails {
			for _, tag := range image.ImageTags {
				digests[tag] = aws.ToString(image.ImageDigest)
			}
		}
	}
	return digests, nil
}
