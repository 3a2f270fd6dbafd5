package references

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unique"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/printable"
)

// A descriptor is one of a manifest.
type descriptor struct {
	imgspecv1.Descriptor                // without its data
	data                 jsonscan.Value // nil if it has none
}

// eachDescriptor has the descriptors of a list, nil or an array, taken one by one. It ends at the first that is wrong,
// or that take refuses.
func eachDescriptor(name string, list jsonscan.Value, take func(descriptor) error) error {
	if list != nil && !list.IsArray() {
		return fmt.Errorf("%s: %w", name, errNoArray)
	}
	i := 0
	for element := range list.Elements() {
		if i == maxDescriptors {
			return fmt.Errorf("%s: more than %d", name, maxDescriptors)
		}
		if err := oneDescriptor(fmt.Sprintf("%s[%d]", name, i), element, take); err != nil {
			return err
		}
		i++
	}
	return nil
}

func oneDescriptor(name string, value jsonscan.Value, take func(descriptor) error) error {
	d, err := readDescriptor(value)
	if err == nil {
		err = take(d)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readDescriptor decodes a descriptor, if it is not of too many values.
func readDescriptor(value jsonscan.Value) (d descriptor, err error) {
	if err := checkObject(value, descriptorMembers, maxDescriptorValues); err != nil {
		return d, err
	}
	for name, member := range value.Members() {
		if name.Is("data") && !member.IsNull() {
			d.data = member
		}
	}
	decoded := struct {
		*imgspecv1.Descriptor
		Data undecoded `json:"data"`
	}{Descriptor: &d.Descriptor}
	if err := json.Unmarshal(value, &decoded); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			wrong.Value = printable.Short(wrong.Value, 40) // it quotes numbers, of any length
		}
		return d, err
	}
	if len(d.MediaType) > maxMediaType {
		return d, fmt.Errorf("its mediaType has more than %d bytes", maxMediaType)
	}
	d.MediaType = unique.Make(d.MediaType).Value() // most descriptors have the same
	return d, nil
}

// undecoded is a value that is not decoded.
type undecoded struct{}

// UnmarshalJSON implements [json.Unmarshaler].
func (*undecoded) UnmarshalJSON([]byte) error { return nil }

func (d descriptor) blob() content.Blob {
	return content.Blob{Digest: d.Digest, Size: d.Size}
}

func (d descriptor) checkDigest() error {
	if err := d.Digest.Validate(); err != nil {
		return fmt.Errorf("digest %q: %w", quotable(d.Digest), err)
	}
	return nil
}

// isForeign reports whether a layer stays where its URLs say (base layers of Windows);
// registries don't ask for such a layer.
func (d descriptor) isForeign() bool {
	return len(d.URLs) > 0 &&
		(strings.HasPrefix(d.MediaType, "application/vnd.docker.image.rootfs.foreign.diff.tar") ||
			strings.HasPrefix(d.MediaType, "application/vnd.oci.image.layer.nondistributable.v1.tar"))
}
