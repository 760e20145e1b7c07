/* No blank line above, one below, then three. */
int x;
static int
one(void)
{
    return 1;
}

static int
two(void)
{
    return 2;
}



static int
three(void)
{
    return 3;
}


/* This one is well set. */
static int
four(void)
{
    return 4;
}
