package signatures

// Of one manifest, that many signatures are looked at, of that many bytes each and in all: many times
// what they have. A manifest is re-signed as often as its image is released.
const (
	maxSignatures     = 128 // as in go.podman.io/image's docker/docker_image_src.go
	maxSignature      = 64 << 10
	maxSignatureBytes = 1 << 20
)

// A signature is one beside a manifest, in the form in which go.podman.io/image keeps it in files.
type signature struct {
	from string // where it was found
	blob []byte
}
