package signatures

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// attachments are so many at most. What strangers wrote is counted before there is memory for it.
type attachments []attachment

// UnmarshalJSON implements [json.Unmarshaler].
func (list *attachments) UnmarshalJSON(text []byte) error {
	*list = nil
	return eachOf(text, '[', func(d *json.Decoder) error {
		if len(*list) == maxSignatures {
			return fmt.Errorf("more than %d signatures", maxSignatures)
		}
		var a attachment
		err := d.Decode(&a)
		*list = append(*list, a)
		return err
	})
}

// annotations are those of sigstore, in which signatures and certificates are.
type annotations map[string]string

// maxAnnotations is how many a signature may have. cosign writes six.
const maxAnnotations = 32

// UnmarshalJSON implements [json.Unmarshaler].
func (m *annotations) UnmarshalJSON(text []byte) error {
	*m = annotations{}
	return eachOf(text, '{', func(d *json.Decoder) error {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value string
		if err := d.Decode(&value); err != nil {
			return err
		}
		name, _ := key.(string)
		if !strings.HasPrefix(name, "dev.cosignproject.") && !strings.HasPrefix(name, "dev.sigstore.") {
			return nil
		}
		(*m)[name] = value
		if len(*m) > maxAnnotations {
			return fmt.Errorf("more than %d annotations of a signature", maxAnnotations)
		}
		return nil
	})
}

// eachOf calls do for each member of an array or object in JSON, which begins with open. Null has none.
func eachOf(text []byte, open json.Delim, do func(*json.Decoder) error) error {
	d := json.NewDecoder(bytes.NewReader(text))
	first, err := d.Token()
	if err != nil || first == nil {
		return err
	}
	if first != open {
		return fmt.Errorf("%v instead of %v", first, open)
	}
	for d.More() {
		if err := do(d); err != nil {
			return err
		}
	}
	return nil
}
