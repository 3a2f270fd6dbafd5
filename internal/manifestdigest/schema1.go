package manifestdigest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// errPayload says that there is no telling what was signed, or that it is not what the manifest says.
var errPayload = errors.New("its signatures are not of what it says")

// signedPayload returns what the signatures in a manifest are of: its bytes up to where the signatures
// were put in, and those that followed there. See "Signed manifests" in
// https://distribution.github.io/distribution/spec/deprecated-schema-v1/.
//
// Each signature says by itself how many bytes those are and what followed. So whoever writes a
// manifest can have anything follow, an image of the digest asked for, and say that nothing of the
// manifest itself was signed. Therefore nothing may follow but the end of the object, and nothing may
// have been put in but the signatures.
func signedPayload(raw []byte) ([]byte, error) {
	var m struct {
		Signatures []struct {
			Protected string `json:"protected"`
		} `json:"signatures"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%w: %w", errPayload, err)
	}
	if len(m.Signatures) == 0 {
		return nil, fmt.Errorf("%w: there are none", errPayload)
	}
	length, tail, err := protected(m.Signatures[0].Protected)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPayload, err)
	}
	for _, signature := range m.Signatures[1:] {
		if l, t, err := protected(signature.Protected); err != nil || l != length || !bytes.Equal(t, tail) {
			return nil, fmt.Errorf("%w: they are of different bytes", errPayload)
		}
	}
	if length < 1 || length > len(raw) || strings.TrimSpace(string(tail)) != "}" || !onlySignatures(raw[length:]) {
		return nil, fmt.Errorf("%w: they are of other bytes", errPayload)
	}
	payload := slices.Concat(raw[:length], tail)
	var more struct{ Signatures json.RawMessage }
	if err := json.Unmarshal(payload, &more); err != nil || more.Signatures != nil {
		return nil, fmt.Errorf("%w: they are of others", errPayload)
	}
	return payload, nil
}

// protected reads a signature's protected header: how many of the manifest's first bytes were signed,
// and what followed them.
func protected(header string) (length int, tail []byte, err error) {
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(header, "="))
	if err != nil {
		return 0, nil, errors.New("a protected header is not base64url")
	}
	var members map[string]json.RawMessage // unlike a struct's, names of other case are others
	var encoded string
	if json.Unmarshal(decoded, &members) != nil || json.Unmarshal(members["formatLength"], &length) != nil || json.Unmarshal(members["formatTail"], &encoded) != nil {
		return 0, nil, errors.New("a protected header is not JSON with formatLength and formatTail")
	}
	tail, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return 0, nil, errors.New("a formatTail is not base64url")
	}
	return length, tail, nil
}

// onlySignatures reports whether the rest of an object, after its last member but one, is the member
// signatures.
func onlySignatures(rest []byte) bool {
	d := json.NewDecoder(io.MultiReader(strings.NewReader(`{"":0`), bytes.NewReader(rest)))
	for range 3 { // the brace and the member before
		if _, err := d.Token(); err != nil {
			return false
		}
	}
	name, err := d.Token()
	if err != nil || name != "signatures" {
		return false
	}
	var signatures []json.RawMessage
	if d.Decode(&signatures) != nil {
		return false
	}
	if end, err := d.Token(); err != nil || end != json.Delim('}') {
		return false
	}
	_, err = d.Token()
	return errors.Is(err, io.EOF)
}
