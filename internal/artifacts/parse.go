package artifacts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/printable"
	"ecrmirror/internal/spelling"
)

const (
	// MaxTypes is how many texts a filter may have.
	MaxTypes = 32
	// longestType is how many bytes one may have: those of a media type (RFC 6838, 4.2).
	longestType = 255
)

const form = "it is all, none, signatures, a type such as application/spdx+json, in which * stands for any characters, " +
	"or one of .sig, .att and .sbom"

// Parse returns the filter that people write as all, none or signatures, or as a list of types: media types, as the
// artifactType of manifests has them, with * for any characters; .sig, .att and .sbom for what such a digest tag names;
// and signatures.
//
// It fails for no text, and for each that is wrong, is there twice, or is in another one. The error joins those of all
// texts, and says what is probably meant.
func Parse(texts ...string) (Filter, error) {
	switch {
	case len(texts) == 0:
		return Filter{}, errors.New("no type is named: for no artifacts, write none; for all of them, all")
	case len(texts) > MaxTypes:
		return Filter{}, fmt.Errorf("%d types; there may be %d", len(texts), MaxTypes)
	case len(texts) == 1 && texts[0] == all:
		return Filter{}, nil
	case len(texts) == 1 && texts[0] == none:
		return None(), nil
	}
	var wanted []string
	var errs []error
	for _, text := range texts {
		want := strings.ToLower(text)
		err := checkText(text)
		if err == nil {
			err = checkNew(want, wanted)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("artifacts %q: %w", printable.Short(text, longestQuoted), err))
			continue
		}
		wanted = append(wanted, want)
	}
	if len(errs) > 0 {
		return Filter{}, errors.Join(errs...)
	}
	slices.Sort(wanted)
	return Filter{strings.Join(wanted, ",")}, nil
}

// checkNew checks that a text wants something that no other one does.
func checkNew(text string, others []string) error {
	for _, other := range others {
		switch {
		case text == other:
			return errors.New("it is there twice")
		case includes(other, text):
			return fmt.Errorf("%s includes it", other)
		case includes(text, other):
			return fmt.Errorf("it includes %s", other)
		}
	}
	return nil
}

// includes reports whether one text wants all that another one does.
func includes(one, other string) bool {
	switch {
	case one == signatures:
		return other == SignatureTag || isSignature(other)
	case other == signatures || strings.HasPrefix(other, "."):
		return false
	}
	return matches(one, other)
}

// checkText checks one text by itself.
func checkText(text string) error {
	switch {
	case text == "":
		return errors.New("it is empty: " + form)
	case len(text) > longestType:
		return fmt.Errorf("it has %d bytes; it may have %d", len(text), longestType)
	case strings.TrimSpace(text) != text:
		return errors.New("it has white space around it")
	case text == signatures:
		return nil
	case text == all || text == none:
		return errors.New("it stands alone: what is listed beside it would mean nothing")
	case strings.Contains(text, ","):
		return errors.New("one type is wanted, and a list of several of them: " + form)
	case strings.HasPrefix(text, "."):
		return checkSuffix(text)
	case !strings.Contains(text, "/"):
		return checkWord(text)
	}
	return checkType(text)
}

func checkSuffix(text string) error {
	if slices.Contains(suffixes(), text) {
		return nil
	}
	return fmt.Errorf("there is no such digest tag%s", spelling.Meant(text, suffixes()...))
}

// checkWord finds what is meant where there is no media type.
func checkWord(text string) error {
	if strings.Trim(text, "*") == "" {
		return fmt.Errorf("for all artifacts, write %s", all)
	}
	if suffix := "." + strings.ToLower(text); slices.Contains(suffixes(), suffix) {
		return fmt.Errorf("it is no type (did you mean %q?)", suffix)
	}
	if word := spelling.Nearest(text, all, none, signatures); word != "" {
		return fmt.Errorf("it is no type (did you mean %q?)", word)
	}
	return fmt.Errorf("it is no type: %s", form)
}

// checkType checks a media type, which may have * and parameters.
func checkType(text string) error {
	const signs = "!#$&-^_.+/*;=\" " // of names (RFC 6838, 4.2), and of parameters
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(signs, r)
	}
	switch {
	case strings.ContainsAny(text, "?[]{}"):
		return errors.New("of the signs of patterns, only * has a meaning: it stands for any characters")
	case strings.ContainsFunc(text, odd):
		return errors.New("it has signs that no media type has")
	case strings.Trim(text, "*/") == "":
		return fmt.Errorf("for all artifacts, write %s", all)
	case strings.HasPrefix(text, "/"), strings.HasSuffix(text, "/"):
		return errors.New("it ends or begins with a slash")
	}
	return nil
}
