package draft

import (
	"fmt"
	"strings"
)

// contested remarks on destinations that two sources are to be copied to. With a peer the last one wins each time; a
// table takes one of them.
func (d *Draft) contested() {
	owners := map[string]int{} // entries, by the image that they write
	for i, e := range d.entries {
		for _, image := range e.written() {
			first, taken := owners[meaning(image)]
			if !taken {
				owners[meaning(image)] = i
				continue
			}
			if first != i {
				d.Remark(Remark{Line: e.Line, Field: e.Field, Kind: Differs, Text: fmt.Sprintf(
					"%s is also the destination of another source, of line %d: give one of them another destination, "+
						"since an import refuses both", image, d.entries[first].Line)})
			}
		}
	}
}

// written returns the images that the entry writes, as far as they are named.
func (e Entry) written() (images []string) {
	if !e.IsSelection() {
		return e.Destinations
	}
	for i, rule := range e.Tags {
		for _, repository := range e.DestinationsOf(i) {
			if strings.HasSuffix(repository, "/") { // each source has its own below it
				continue
			}
			for _, tag := range rule.Pin {
				images = append(images, repository+":"+tag)
			}
		}
	}
	return images
}
