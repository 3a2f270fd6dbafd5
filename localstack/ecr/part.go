package ecr

import (
	"net/http"

	"ecrmirror/localstack/awsjson"
)

type partInput struct {
	target
	UploadID *string `json:"uploadId"`
	First    *int64  `json:"partFirstByte"`
	Last     *int64  `json:"partLastByte"`
	Blob     []byte  `json:"layerPartBlob"`
}

// check holds the input to the model; partSize is the greatest size of a part, in bytes.
func (in partInput) check(partSize int) error {
	first, err := required("partFirstByte", in.First)
	if err != nil {
		return err
	}
	last, err := required("partLastByte", in.Last)
	if err != nil {
		return err
	}
	if first < 0 {
		return invalid("partFirstByte", "Member must have value greater than or equal to 0")
	}
	if last < 0 {
		return invalid("partLastByte", "Member must have value greater than or equal to 0")
	}
	if in.Blob == nil {
		return invalid("layerPartBlob", "must not be null")
	}
	return length("layerPartBlob", len(in.Blob), 0, partSize)
}

type partOutput struct {
	RegistryID     string `json:"registryId"`
	RepositoryName string `json:"repositoryName"`
	UploadID       string `json:"uploadId"`
	Received       int64  `json:"lastByteReceived"`
}

// receivePart is the operation UploadLayerPart.
func (r *Registry) receivePart(c call, req *http.Request) (out any, err error) {
	var in partInput
	err = r.parts.Read(req, maxBody, &in, "layerPartBlob", &in.Blob, func() error {
		out, err = r.uploadLayerPart(c, in)
		return err
	})
	return out, err
}

// uploadLayerPart takes the next part. Parts come one after another, without gaps
// and without repeats.
func (r *Registry) uploadLayerPart(c call, in partInput) (out partOutput, err error) {
	id, err := in.resolve(c)
	if err != nil {
		return out, err
	}
	if err := in.check(r.limitsOf(id.registryID).partSize); err != nil {
		return out, err
	}
	u, uploadID, err := r.findUpload(id, in.UploadID)
	if err != nil {
		return out, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := r.mayAppend(u, id, uploadID, in); err != nil {
		return out, err
	}
	if _, err := u.blob.Write(in.Blob); err != nil {
		return out, err
	}
	r.opts.Stats.Written(id.String(), int64(len(in.Blob)))
	u.small = u.small || u.parts > 0 && u.last < smallestPart
	u.parts++
	u.last = len(in.Blob)
	return partOutput{
		// the model has no -1
		RegistryID: id.Account, RepositoryName: id.Name, UploadID: uploadID, Received: max(u.blob.Size()-1, 0),
	}, nil
}

// mayAppend refuses a part that is not the next one or that goes beyond a quota. Callers hold u.mu.
func (r *Registry) mayAppend(u *upload, id repositoryID, uploadID string, in partInput) error {
	if u.ended {
		return uploadNotFound(id, uploadID)
	}
	received, limits := u.blob.Size(), r.limitsOf(id.registryID)
	switch {
	case *in.First != received:
		return invalidPart(id, uploadID, received,
			"The layer part's first byte is not consecutive to the last byte of the previous layer part upload")
	case !r.sizeFits(u, in):
		return invalidPart(id, uploadID, received, "The layer part size is not valid")
	case u.parts >= limits.parts:
		return limitExceeded("The limit of %d layer parts is exceeded", limits.parts)
	case received+int64(len(in.Blob)) > limits.layerSize:
		return limitExceeded("The limit of %d bytes for a layer is exceeded", limits.layerSize)
	}
	return nil
}

// sizeFits reports whether the part has the bytes that it says it has. A part without
// bytes is taken as the first one, from byte 0 to byte 0: the model allows blobs of 0
// bytes and has no last byte for them, so nobody can say that ECR refuses it, and
// without it there is no way to store a layer without bytes, as EmptyUploadException
// is the answer to an upload without parts. What ECR does is not documented
// (https://github.com/aws/containers-roadmap/issues/1074 reports an internal error
// of 2020); [Options.RefuseEmptyParts] has the other answer. Callers hold u.mu.
func (r *Registry) sizeFits(u *upload, in partInput) bool {
	if len(in.Blob) == 0 {
		return !r.opts.RefuseEmptyParts && u.parts == 0 && *in.Last == 0
	}
	return *in.Last-*in.First+1 == int64(len(in.Blob))
}

// invalidPart is InvalidLayerPartException. Before the first part there is no last
// valid byte, and the member is absent.
func invalidPart(id repositoryID, uploadID string, received int64, message string) error {
	members := map[string]any{"registryId": id.Account, "repositoryName": id.Name, "uploadId": uploadID}
	if received > 0 {
		members["lastValidByteReceived"] = received - 1
	}
	return &awsjson.Error{Code: "InvalidLayerPartException", Message: message, Members: members}
}
