package entryfile

import "io"

// Limited reads a file as far as it keeps to the limits.
func Limited(r io.Reader) io.Reader { return &limiter{r: r} }
