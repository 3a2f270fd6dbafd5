// Package recipes holds tests only: what docs/recipes has to paste is taken by those that read it, and does what it
// says.
package recipes
