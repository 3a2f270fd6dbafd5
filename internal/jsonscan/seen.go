package jsonscan

import "fmt"

// Seen are those of an object's known members that have come, each as a bit: 64 at most.
type Seen uint64

// Note notes a member's name. It refuses a known one that comes twice, or in letters of another case. Go takes them
// for the same and the last for the one that counts; a registry, or who pulls the image, may see another image.
func (s *Seen) Note(name Name, known []string) error {
	for i, k := range known {
		if !name.Folds(k) {
			continue
		}
		if !name.Is(k) || *s&(1<<i) != 0 {
			return fmt.Errorf("it is ambiguous: %q comes twice, or in other letters", k)
		}
		*s |= 1 << i
	}
	return nil
}
