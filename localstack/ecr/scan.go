package ecr

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// What basic scanning holds itself to: how long a scan takes here, and how often an image is scanned.
const (
	scanTime  = 2 * time.Second // not documented; long enough that a client sees IN_PROGRESS
	scanEvery = 24 * time.Hour
)

// A scanStatus is the state of an image's last scan.
type scanStatus struct {
	Status      string `json:"status"`
	Description string `json:"description"`
}

// scanOf returns the state of an image's scan; nil if there was none.
func (i *image) scanOf(now time.Time) *scanStatus {
	switch {
	case i.scannedAt.IsZero():
		return nil
	case i.storage.status(now) != active:
		return &scanStatus{"IMAGE_ARCHIVED", "The image is archived."}
	case now.Before(i.scannedAt.Add(scanTime)):
		return &scanStatus{"IN_PROGRESS", "The scan is in progress."}
	}
	return &scanStatus{"COMPLETE", "The scan was completed successfully."}
}

// scannable reports whether basic scanning takes the image: an index is none, and neither is an
// artifact, whose type is other than that of a container's config.
func (i *image) scannable() bool {
	index := i.mediaType == dockerList || i.mediaType == ociIndex
	return !index && slices.Contains([]string{
		"", "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json",
	}, i.artifactType)
}

type scanInput struct {
	target
	ID *imageID `json:"imageId"`
	paging
}

type scanOutput struct {
	RegistryID     string      `json:"registryId"`
	RepositoryName string      `json:"repositoryName"`
	ID             imageID     `json:"imageId"`
	Status         *scanStatus `json:"imageScanStatus"`
}

type scanFindingsOutput struct {
	scanOutput
	Findings *scanFindings `json:"imageScanFindings,omitempty"`
}

// scanFindings are those of a scan. Nothing knows vulnerabilities here: there are none.
type scanFindings struct {
	scanSummary
	Findings []struct{} `json:"findings"`
}

// A scanSummary is what a description of an image says of its last scan.
type scanSummary struct {
	CompletedAt epoch          `json:"imageScanCompletedAt"`
	SourceAt    epoch          `json:"vulnerabilitySourceUpdatedAt"`
	Counts      map[string]int `json:"findingSeverityCounts"`
}

// scanSummary returns what came of a scan that is complete; nil if there is none.
func (i *image) scanSummary(now time.Time) *scanSummary {
	if s := i.scanOf(now); s == nil || s.Status != "COMPLETE" {
		return nil
	}
	done := epoch(i.scannedAt.Add(scanTime))
	return &scanSummary{CompletedAt: done, SourceAt: done, Counts: map[string]int{}}
}

// scanned returns the image that a request is about, and begins the answer. Callers hold r.mu.
func (r *Registry) scanned(c call, in scanInput) (*repository, *image, scanOutput, error) {
	want, err := required("imageId", in.ID)
	repo, err := in.find(r, c, cmp.Or(err, in.checkSize(maxPageSize)))
	if err != nil {
		return nil, nil, scanOutput{}, err
	}
	img, id, err := repo.one(want)
	if err != nil {
		return nil, nil, scanOutput{}, err
	}
	return repo, img, scanOutput{RegistryID: repo.id.Account, RepositoryName: repo.id.Name, ID: id}, nil
}

// startImageScan starts a basic scan.
func (r *Registry) startImageScan(_ context.Context, c call, in scanInput) (scanOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, img, out, err := r.scanned(c, in)
	if err != nil {
		return out, err
	}
	switch now := r.opts.Now(); {
	case img.storage.status(now) != active:
		return out, refuse("ImageArchivedException", "The image with digest '%s' in %s is archived",
			img.digest, where(repo.id))
	case !img.scannable():
		return out, refuse("UnsupportedImageTypeException",
			"The image with digest '%s' in %s is of a type that can't be scanned", img.digest, where(repo.id))
	case !img.scannedAt.IsZero() && now.Before(img.scannedAt.Add(scanEvery)):
		return out, limitExceeded("The scan quota per image has been exceeded. Wait and try again.")
	default:
		img.scannedAt = now
		out.Status = img.scanOf(now)
	}
	return out, nil
}

// describeImageScanFindings tells how a scan went. Its findings are one page.
func (r *Registry) describeImageScanFindings(
	_ context.Context, c call, in scanInput,
) (out scanFindingsOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, img, begun, err := r.scanned(c, in)
	out.scanOutput = begun
	if err != nil {
		return out, err
	}
	out.Status = img.scanOf(r.opts.Now())
	if out.Status == nil {
		return out, refuse("ScanNotFoundException", "Image scan does not exist for the image with '%s' in %s",
			img.digest, where(repo.id))
	}
	if summary := img.scanSummary(r.opts.Now()); summary != nil {
		out.Findings = &scanFindings{*summary, []struct{}{}}
	}
	return out, nil
}

type scanningInput struct {
	target
	Configuration *scanning `json:"imageScanningConfiguration"`
}

type scanningOutput struct {
	RegistryID     string   `json:"registryId"`
	RepositoryName string   `json:"repositoryName"`
	Configuration  scanning `json:"imageScanningConfiguration"`
}

// putImageScanningConfiguration says whether images are scanned as they are pushed.
func (r *Registry) putImageScanningConfiguration(
	_ context.Context, c call, in scanningInput,
) (out scanningOutput, err error) {
	configuration, err := required("imageScanningConfiguration", in.Configuration)
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, err)
	if err != nil {
		return out, err
	}
	repo.scanOnPush = configuration.OnPush
	return scanningOutput{RegistryID: repo.id.Account, RepositoryName: repo.id.Name, Configuration: configuration}, nil
}
