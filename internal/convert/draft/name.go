package draft

import (
	"errors"
	"regexp"
	"strings"

	"ecrmirror/internal/imagename"
)

var (
	errLogin    = errors.New("the name has an @ that no digest follows: names of images have no login in them")
	errTemplate = errors.New("the name has a template or a variable, which mirror does not expand: write its value")

	digestForm = regexp.MustCompile(`^[A-Za-z0-9+._-]+:[0-9A-Fa-f]+$`)
)

// CheckName returns why a text is not to be taken for a name, nor quoted: it may have a login in it, or a template.
func CheckName(text string) error {
	if at := strings.LastIndexByte(text, '@'); at >= 0 && !digestForm.MatchString(text[at+1:]) {
		return errLogin
	}
	if strings.Contains(text, "{{") || strings.Contains(text, "${") {
		return errTemplate
	}
	return nil
}

// ParseName parses the name of an image or repository in a peer's file. Its errors have no login in them.
func ParseName(text string) (imagename.Name, error) {
	if err := CheckName(text); err != nil {
		return imagename.Name{}, err
	}
	return imagename.Parse(text)
}
