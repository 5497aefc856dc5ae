// Package seal encrypts files to age recipients and decrypts them: streams in,
// streams out, so that no plaintext is ever on the disk. A sealed file is an
// ordinary age file; `age -d` opens it too.
//
// It refuses to know what is inside, to ask for a passphrase, to run plugins,
// and to repeat any part of an identity in an error.
package seal
