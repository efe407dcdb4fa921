// Declarations only: this project has no C sources.
#include <cblas.h>
#include <lapacke.h>
