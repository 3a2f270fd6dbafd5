package ecr

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// signedPayload returns the part of a signed manifest (schema 1, "pretty JWS") that
// its digest is over: the first formatLength bytes, which end before the signatures,
// then formatTail. Both stand in the protected header of every signature.
func signedPayload(raw []byte, protected string) ([]byte, error) {
	header, err := decodeBase64URL(protected)
	if err != nil {
		return nil, fmt.Errorf("reading protected header: %w", err)
	}
	var format struct {
		FormatLength int
		FormatTail   string
	}
	if err := json.Unmarshal(header, &format); err != nil {
		return nil, fmt.Errorf("reading protected header: %w", err)
	}
	if format.FormatLength < 1 || format.FormatLength > len(raw) {
		return nil, errors.New("reading protected header: format length is outside the manifest")
	}
	tail, err := decodeBase64URL(format.FormatTail)
	if err != nil {
		return nil, fmt.Errorf("reading format tail: %w", err)
	}
	return slices.Concat(raw[:format.FormatLength], tail), nil
}

// decodeBase64URL takes it with or without padding, as JWS libraries do.
func decodeBase64URL(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}
