// FLINT and Arb in either layout: one library (FLINT 3) or one each (Debian 12).
//
// Their caches are per thread: a thread that compared answers and ends calls flint_cleanup(). They abort on a division by
// zero and on lack of memory: sizes are bounded and divisors looked at before each call.
#pragma once

#include <flint/flint.h>
#include <flint/fmpq.h>
#include <flint/fmpz.h>
#include <flint/nmod_vec.h>
#if __has_include(<flint/ca.h>)
#include <flint/acb.h>
#include <flint/arb.h>
#else
#include <acb.h>
#include <arb.h>
#endif
