package platforms

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/printable"
)

// Parse returns the filter of platforms that people write as OS/ARCHITECTURE[/VARIANT][:OSVERSION], as crane does:
// linux/amd64, linux/arm/v7, windows/amd64:10.0.20348. Without a variant any is wanted; without a version, any. A
// version has all that it is the beginning of, up to a dot.
//
// It fails for no text, and for each that is wrong, is there twice, or is in another one. The error joins those of all
// texts, and says what is probably meant.
func Parse(texts ...string) (Filter, error) {
	switch {
	case len(texts) == 0:
		return Filter{}, errors.New("no platform is named: for all of them, leave the option out")
	case len(texts) > MaxPlatforms:
		return Filter{}, fmt.Errorf("%d platforms; there may be %d", len(texts), MaxPlatforms)
	}
	var f Filter
	var errs []error
	for _, text := range texts {
		w, err := parse(text)
		if err == nil {
			err = f.checkNew(w)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("platform %q: %w", printable.Short(text, longestQuoted), err))
			continue
		}
		f.wanted = append(f.wanted, w)
	}
	if len(errs) > 0 {
		return Filter{}, errors.Join(errs...)
	}
	slices.SortFunc(f.wanted, func(a, b wanted) int { return cmp.Compare(a.text, b.text) })
	return f, nil
}

const longestQuoted = 60 // bytes of what people wrote, in an error

// checkNew checks that a platform and the others of the filter have nothing in common.
func (f Filter) checkNew(w wanted) error {
	for _, other := range f.wanted {
		switch {
		case other.text == w.text:
			return errors.New("it is there twice")
		case other.has(w.Platform):
			return fmt.Errorf("%s includes it", other.text)
		case w.has(other.Platform):
			return fmt.Errorf("it includes %s", other.text)
		}
	}
	return nil
}

// parse parses one platform.
func parse(text string) (wanted, error) {
	if err := checkForm(text); err != nil {
		return wanted{}, err
	}
	name, version, hasVersion := strings.Cut(text, ":")
	parts := strings.Split(name, "/")
	const longest = 3 // parts
	switch {
	case len(parts) == 1:
		return wanted{}, halfError(name)
	case len(parts) > longest:
		return wanted{}, fmt.Errorf("it has %d parts: %s", len(parts), form)
	}
	w := wanted{Platform{OS: parts[0], Architecture: parts[1], OSVersion: version}, text}
	err := errors.Join(checkOS(w.OS), checkArchitecture(w.Architecture))
	if err == nil && len(parts) == longest {
		w.Variant = parts[2]
		err = checkVariant(w.Architecture, w.Variant)
	}
	if err == nil && hasVersion {
		err = checkVersion(version)
	}
	return w, err
}
