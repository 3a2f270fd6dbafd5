// Command release makes a release: see make release.
package main

func main() {}
