package ecr

import (
	"bytes"
	"errors"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// A step is one part of an upload.
type step struct {
	first, size int64
	want        string // code of the refusal; "" if the part is taken
}

func TestPartsAreConsecutive(t *testing.T) {
	const mib = 1 << 20
	digestOf := func(n int) string { return digest.FromBytes(make([]byte, n)).String() }
	for _, tt := range []struct {
		name   string
		steps  []step
		digest string
		want   string // code of CompleteLayerUpload's refusal
	}{
		{"one small part", []step{{0, 1, ""}}, digestOf(1), ""},
		{"a small last part", []step{{0, 5 * mib, ""}, {5 * mib, 1, ""}}, digestOf(5*mib + 1), ""},
		{"a gap", []step{{0, 2, ""}, {3, 1, "InvalidLayerPartException"}}, digestOf(2), ""},
		{"a repeat", []step{{0, 2, ""}, {0, 2, "InvalidLayerPartException"}}, digestOf(2), ""},
		{"not from the start", []step{{1, 1, "InvalidLayerPartException"}, {0, 1, ""}}, digestOf(1), ""},
		{
			"a small part before the last",
			[]step{{0, 5*mib - 1, ""}, {5*mib - 1, 1, ""}},
			digestOf(5 * mib),
			"LayerPartTooSmallException",
		},
		{"no parts", nil, digestOf(0), "EmptyUploadException"},
		{"an empty part, then a part", []step{{0, 0, ""}, {0, 1, ""}}, digestOf(1), "LayerPartTooSmallException"},
		{"a part before byte 0", []step{{-1, 1, "InvalidParameterException"}, {0, 1, ""}}, digestOf(1), ""},
		{"another digest", []step{{0, 1, ""}}, digestOf(2), "InvalidLayerException"},
		{"a digest of an unknown algorithm", []step{{0, 1, ""}}, "md5:00", "InvalidLayerException"},
		{"no digest", []step{{0, 1, ""}}, "latest", "InvalidParameterException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.repository("app")
			id := w.initiate("app")
			for _, s := range tt.steps {
				if err := w.part(t.Context(), "app", id, s.first, make([]byte, s.size)); awstest.Code(err) != s.want {
					t.Errorf("part of %d bytes at %d: got %v, want %q", s.size, s.first, err, s.want)
				}
			}
			if err := w.complete(t.Context(), "app", id, tt.digest); awstest.Code(err) != tt.want {
				t.Errorf("completing: got %v, want %q", err, tt.want)
			}
		})
	}
}

// sendEmpty sends a part without bytes.
func (w *world) sendEmpty(upload string, first, last int64) (*awsecr.UploadLayerPartOutput, error) {
	return w.ecr.UploadLayerPart(w.t.Context(), &awsecr.UploadLayerPartInput{
		RepositoryName: aws.String("app"), UploadId: &upload,
		PartFirstByte: &first, PartLastByte: &last, LayerPartBlob: []byte{},
	})
}

func TestLayerWithoutBytes(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	d := digest.FromString("").String()
	id := w.initiate("app")
	if out, err := w.sendEmpty(id, 0, 0); err != nil || aws.ToInt64(out.LastByteReceived) != 0 {
		t.Fatalf("part: %+v, %v", out, err)
	}
	if _, err := w.sendEmpty(id, 0, 0); awstest.Code(err) != "InvalidLayerPartException" {
		t.Errorf("second part: %v", err)
	}
	if err := w.complete(t.Context(), "app", id, d); err != nil {
		t.Fatalf("completing: %v", err)
	}
	layer := awstest.Must[*awsecr.BatchCheckLayerAvailabilityOutput](t)(w.ecr.BatchCheckLayerAvailability(t.Context(),
		&awsecr.BatchCheckLayerAvailabilityInput{
			RepositoryName: aws.String("app"), LayerDigests: []string{d},
		})).Layers[0]
	if layer.LayerAvailability != types.LayerAvailabilityAvailable || layer.LayerSize == nil || *layer.LayerSize != 0 {
		t.Errorf("availability: %+v", layer)
	}
	w.image("app", "v1", "config", "")
	url := awstest.Must[*awsecr.GetDownloadUrlForLayerOutput](t)(w.ecr.GetDownloadUrlForLayer(t.Context(),
		&awsecr.GetDownloadUrlForLayerInput{RepositoryName: aws.String("app"), LayerDigest: &d})).DownloadUrl
	for _, tt := range []struct {
		url, header string
		status      int
	}{
		{*url, "", 200},
		{*url, "bytes=0-0", 416},
		{*url, "bytes=-1", 416},
		{w.url + "/v2/" + home + "/" + region + "/app/blobs/" + d, "", 200},
	} {
		resp, body := w.do("GET", tt.url, "Range", tt.header)
		if resp.StatusCode != tt.status || tt.status == 200 && (body != "" || resp.ContentLength != 0) {
			t.Errorf("GET with Range %q: %s, %q", tt.header, resp.Status, body)
		}
	}
}

func TestPartsWithoutBytesElsewhereAreRefused(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	id := w.initiate("app")
	if err := w.part(t.Context(), "app", id, 0, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, last := range []int64{0, 1} {
		if _, err := w.sendEmpty(id, 1, last); awstest.Code(err) != "InvalidLayerPartException" {
			t.Errorf("bytes 1-%d: %v", last, err)
		}
	}
	w.opts.RefuseEmptyParts = true
	id = w.initiate("app")
	if _, err := w.sendEmpty(id, 0, 0); awstest.Code(err) != "InvalidLayerPartException" {
		t.Errorf("with RefuseEmptyParts: %v", err)
	}
	if err := w.complete(t.Context(), "app", id,
		digest.FromString("").String()); awstest.Code(err) != "EmptyUploadException" {
		t.Errorf("completing: %v", err)
	}
}

func TestInvalidPartSaysWhereToResume(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	id := w.initiate("app")
	var invalid *types.InvalidLayerPartException
	if err := w.part(t.Context(), "app", id, 7, []byte("x")); !errors.As(err, &invalid) ||
		invalid.LastValidByteReceived != nil {
		t.Errorf("before the first part: %v", err)
	}
	if err := w.part(t.Context(), "app", id, 0, []byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	if err := w.part(t.Context(), "app", id, 7, []byte("x")); !errors.As(err, &invalid) {
		t.Fatal(err)
	}
	got := []string{*invalid.RegistryId, *invalid.RepositoryName, *invalid.UploadId}
	if diff := cmp.Diff([]string{home, "app", id}, got); diff != "" || aws.ToInt64(invalid.LastValidByteReceived) != 9 {
		t.Errorf("last valid byte %d; %s", aws.ToInt64(invalid.LastValidByteReceived), diff)
	}
}

func TestPartOfAnotherLengthThanItsRangeIsRefused(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, err := w.ecr.UploadLayerPart(t.Context(), &awsecr.UploadLayerPartInput{
		RepositoryName: aws.String("app"), UploadId: aws.String(w.initiate("app")),
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(9), LayerPartBlob: []byte("short"),
	})
	if awstest.Code(err) != "InvalidLayerPartException" {
		t.Error(err)
	}
}

func TestUploadAnswers(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	began := awstest.Must[*awsecr.InitiateLayerUploadOutput](t)(
		w.ecr.InitiateLayerUpload(t.Context(), &awsecr.InitiateLayerUploadInput{RepositoryName: aws.String("app")}))
	if *began.PartSize != 10_485_760 {
		t.Errorf("part size %d", *began.PartSize)
	}
	part := awstest.Must[*awsecr.UploadLayerPartOutput](t)(w.ecr.UploadLayerPart(t.Context(),
		&awsecr.UploadLayerPartInput{
			RepositoryName: aws.String("app"), UploadId: began.UploadId,
			PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(4), LayerPartBlob: []byte("layer"),
		}))
	if *part.LastByteReceived != 4 || *part.UploadId != *began.UploadId || *part.RegistryId != home {
		t.Errorf("part: %+v", part)
	}
	d := digest.FromString("layer").String()
	done := awstest.Must[*awsecr.CompleteLayerUploadOutput](t)(w.ecr.CompleteLayerUpload(t.Context(),
		&awsecr.CompleteLayerUploadInput{
			RepositoryName: aws.String("app"), UploadId: began.UploadId, LayerDigests: []string{d},
		}))
	if *done.LayerDigest != d || *done.RepositoryName != "app" {
		t.Errorf("complete: %+v", done)
	}
	if got := w.stats.Snapshot().BytesWritten["111111111111/eu-west-1/app"]; got != 5 {
		t.Errorf("counted %d bytes written, want 5", got)
	}
}

func TestUploadEndsOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "elsewhere")
	w.layer("app", []byte("layer"))
	d := digest.FromString("layer").String()
	id := w.initiate("app")
	if err := w.part(t.Context(), "app", id, 0, []byte("layer")); err != nil {
		t.Fatal(err)
	}
	if err := w.part(t.Context(), "elsewhere", id, 5, []byte("layer")); awstest.Code(err) != "UploadNotFoundException" {
		t.Errorf("upload of another repository: %v", err)
	}
	if err := w.complete(t.Context(), "app", id, d); awstest.Code(err) != "LayerAlreadyExistsException" {
		t.Errorf("layer that exists: %v", err)
	}
	if err := w.complete(t.Context(), "app", id, d); awstest.Code(err) != "UploadNotFoundException" {
		t.Errorf("second time: %v", err)
	}
}

func TestUploadQuotas(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	if got := w.limits; got.partSize != 20<<20 || got.parts != 4200 || got.layerSize != 52_000<<20 {
		t.Errorf("layers have up to %d parts of %d bytes, %d in all", got.parts, got.partSize, got.layerSize)
	}
	w.limits.partSize, w.limits.parts, w.limits.layerSize = 9, 2, 10
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"too many parts", []step{{0, 1, ""}, {1, 1, ""}, {2, 1, "LimitExceededException"}}},
		{"too large a part", []step{{0, 10, "InvalidParameterException"}, {0, 9, ""}}},
		{"too large a layer", []step{{0, 9, ""}, {9, 2, "LimitExceededException"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id := w.initiate("app")
			for _, s := range tt.steps {
				if err := w.part(t.Context(), "app", id, s.first,
					bytes.Repeat([]byte{1}, int(s.size))); awstest.Code(err) != s.want {
					t.Errorf("part at %d: got %v, want %q", s.first, err, s.want)
				}
			}
		})
	}
}

func TestDeletedRepositoryDropsUploadsAndLayers(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "app/sub")
	d := w.layer("app", []byte("layer"))
	w.layer("app/sub", []byte("layer"))
	id := w.initiate("app")
	awstest.Must[any](t)(w.ecr.DeleteRepository(t.Context(),
		&awsecr.DeleteRepositoryInput{RepositoryName: aws.String("app")}))
	w.repository("app")
	if err := w.part(t.Context(), "app", id, 0, []byte("x")); awstest.Code(err) != "UploadNotFoundException" {
		t.Errorf("upload: %v", err)
	}
	for repo, want := range map[string]types.LayerAvailability{"app": "UNAVAILABLE", "app/sub": "AVAILABLE"} {
		out := awstest.Must[*awsecr.BatchCheckLayerAvailabilityOutput](t)(w.ecr.BatchCheckLayerAvailability(t.Context(),
			&awsecr.BatchCheckLayerAvailabilityInput{RepositoryName: &repo, LayerDigests: []string{d.String()}}))
		if out.Layers[0].LayerAvailability != want {
			t.Errorf("layer in %s is %s", repo, out.Layers[0].LayerAvailability)
		}
	}
}

func TestCloseDropsUploads(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	id := w.initiate("app")
	if err := w.part(t.Context(), "app", id, 0, []byte("x")); err != nil {
		t.Fatal(err)
	}
	w.Close(t.Context())
	if err := w.part(t.Context(), "app", id, 1, []byte("x")); awstest.Code(err) != "UploadNotFoundException" {
		t.Errorf("part after the end: %v", err)
	}
}
